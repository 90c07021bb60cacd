public import Tensors

/// Trains networks of thresholding layers with minibatches, the same bits for any number of jobs.
public struct NetworkTraining: Sendable {
    /// How it is trained.
    public let configuration: NetworkTrainingConfiguration
    /// The most shards that are worked on at the same time.
    public let jobs: Int
    private let kernels: Kernels

    /// Prepares a training.
    public init(configuration: NetworkTrainingConfiguration, kernels: Kernels, jobs: Int) {
        self.configuration = configuration
        self.kernels = kernels
        self.jobs = max(1, jobs)
    }

    /// The summed gradient of one shard of a minibatch.
    public struct ShardGradient: Sendable, Equatable {
        /// The shard's share of the minibatch's loss.
        public internal(set) var loss = LossValue()
        /// In the order of the parameters: layer by layer kernels and penalties, read-out, offset.
        package internal(set) var gradient: [Float]
    }

    /// The indices in the minibatch that belong to a shard.
    public func indices(ofShard shard: Int) -> Range<Int> {
        let count = configuration.shards
        return shard * configuration.batch / count..<(shard + 1) * configuration.batch / count
    }

    /// The gradient of one shard: a pure function of its arguments.
    ///
    /// - Parameters:
    ///   - network: The network as it stands.
    ///   - shard: In `0..<configuration.shards`.
    ///   - example: The example at an index of the minibatch.
    /// - Returns: The shard's share of the minibatch's loss and gradient.
    /// - Throws: What `example` throws, or `CancellationError`.
    public func gradient(
        of network: ThresholdNetwork,
        shard: Int,
        example: (_ index: Int) throws -> TrainingExample
    ) throws -> ShardGradient {
        var result = ShardGradient(gradient: [Float](repeating: 0, count: network.layout.count))
        for index in indices(ofShard: shard) {
            try Task.checkCancellation()
            result.loss += network.addGradient(
                of: try example(index),
                configuration.loss,
                share: 1 / Float(configuration.batch),
                to: &result.gradient
            )
        }
        return result
    }

    /// Trains a network.
    ///
    /// The result is a function of the start, the configuration, the examples and the validation's
    /// scores alone, unless the deadline ends it (``NetworkTrainingResult/dependsOnTime``). After
    /// cancellation it stops within a step.
    ///
    /// - Parameters:
    ///   - start: The parameters to start from.
    ///   - example: The example at an index in `0..<batch` of a step's minibatch; equal arguments
    ///     must give equal examples. Called from several tasks at the same time.
    ///   - validate: Scores the network as it stands, higher is better; nil for no validation.
    ///   - isOutOfTime: Asked before each step but the first.
    /// - Returns: The parameters of the best validation and the course of the training.
    /// - Throws: ``NetworkTrainingError``, `CancellationError`, or what the closures throw.
    public func train(
        from start: ThresholdNetworkParameters,
        example: @escaping @Sendable (_ step: Int, _ index: Int) throws -> TrainingExample,
        validate: ((ThresholdNetwork) async throws -> Double)? = nil,
        isOutOfTime: () -> Bool = { false }
    ) async throws -> NetworkTrainingResult {
        if let problem = configuration.problem(for: start.configuration) ?? start.problem {
            throw NetworkTrainingError.invalid(problem)
        }
        let pool = BufferPool()
        var optimizer = AdamOptimizer(configuration.optimizer, for: start.configuration)
        var flattened = start.flattened
        var network = ThresholdNetwork(parameters: start, kernels: kernels, pool: pool)
        var losses: [LossValue] = []
        var selection = ValidationSelection(patience: configuration.patience)
        var ending = NetworkTrainingResult.Ending.steps
        for step in 0..<configuration.steps {
            if step > 0, isOutOfTime() {
                ending = .deadline
                break
            }
            try Task.checkCancellation()
            var (loss, gradient) = try await minibatch(network, step: step, example: example)
            let rate = configuration.optimizer.learningRate(step: step, of: configuration.steps)
            let norm = optimizer.update(&flattened, gradient: &gradient, learningRate: rate)
            guard norm.isFinite, loss.total.isFinite else {
                throw NetworkTrainingError.diverged(step: step)
            }
            losses.append(loss)
            network = ThresholdNetwork(
                parameters: start.replacing(flattened),
                kernels: kernels,
                pool: pool
            )
            if let validate, (step + 1) % configuration.validationInterval == 0 {
                selection.add(try await validate(network), network.parameters, step: step + 1)
                if selection.isExhausted {
                    ending = .patience
                    break
                }
            }
        }
        if let validate, selection.validations.last?.step != losses.count {
            selection.add(try await validate(network), network.parameters, step: losses.count)
        }
        return NetworkTrainingResult(
            parameters: selection.parameters ?? network.parameters,
            ending: ending,
            losses: losses,
            validations: selection.validations,
            best: selection.best
        )
    }

    /// The loss and the gradient of a whole minibatch, shards summed in their order.
    private func minibatch(
        _ network: ThresholdNetwork,
        step: Int,
        example: @escaping @Sendable (Int, Int) throws -> TrainingExample
    ) async throws -> (loss: LossValue, gradient: [Float]) {
        let count = configuration.shards
        let results = try await withThrowingTaskGroup(of: (Int, ShardGradient).self) { group in
            var results = [ShardGradient?](repeating: nil, count: count)
            var next = 0
            func admit() {
                guard next < count else { return }
                let shard = next
                next += 1
                group.addTask {
                    (shard, try gradient(of: network, shard: shard) { try example(step, $0) })
                }
            }
            for _ in 0..<jobs { admit() }
            while let (shard, result) = try await group.next() {
                results[shard] = result
                admit()
            }
            return results
        }
        var loss = LossValue()
        var sum = [Float](repeating: 0, count: network.layout.count)
        for case let result? in results {
            loss += result.loss
            for index in sum.indices { sum[index] += result.gradient[index] }
        }
        return (loss, sum)
    }
}

/// Keeps the parameters of the best validation.
private struct ValidationSelection {
    let patience: Int?
    var parameters: ThresholdNetworkParameters?
    var best: NetworkTrainingResult.Validation?
    var validations: [NetworkTrainingResult.Validation] = []
    private var stale = 0

    init(patience: Int?) { self.patience = patience }

    var isExhausted: Bool { patience.map { stale >= $0 } ?? false }

    mutating func add(_ score: Double, _ parameters: ThresholdNetworkParameters, step: Int) {
        let validation = NetworkTrainingResult.Validation(step: step, score: score)
        validations.append(validation)
        if let best, !(score > best.score || (best.score.isNaN && !score.isNaN)) {
            stale += 1
            return
        }
        stale = 0
        best = validation
        self.parameters = parameters
    }
}
