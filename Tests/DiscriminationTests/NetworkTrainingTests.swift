import Discrimination
import Tensors
import Testing

@Suite struct NetworkTrainingTests {
    static func train(
        steps: Int,
        seed: UInt64 = 1,
        from start: ThresholdNetworkParameters? = nil,
        loss: NetworkLoss = NetworkLoss(positiveWeight: 4),
        jobs: Int = 2
    ) async throws -> NetworkTrainingResult {
        try await PaintedSquares.training(steps: steps, loss: loss, jobs: jobs).train(
            from: try start ?? PaintedSquares.start()
        ) { step, index in PaintedSquares.example(6 * step + index, seed: seed) }
    }

    static func network(_ parameters: ThresholdNetworkParameters) -> ThresholdNetwork {
        ThresholdNetwork(parameters: parameters, kernels: .best)
    }

    /// The share of codes that are zero over all layers and some images.
    static func zeroShare(_ parameters: ThresholdNetworkParameters) -> Double {
        var (zeros, total) = (0, 0)
        for number in 0..<20 {
            let input = PaintedSquares.example(number, seed: 77).input
            for codes in network(parameters).codes(of: input) {
                zeros += codes.elements.count { $0 == 0 }
                total += codes.elements.count
            }
        }
        return Double(zeros) / Double(total)
    }

    static func penalties(_ parameters: ThresholdNetworkParameters) -> [Float] {
        parameters.layers.flatMap(\.penalties)
    }

    @Test func learnsToFindPaintedSquares() async throws {
        let start = try PaintedSquares.start()
        let before = PaintedSquares.balancedAccuracy(of: Self.network(start))
        let result = try await Self.train(steps: 120)
        let after = PaintedSquares.balancedAccuracy(of: Self.network(result.parameters))
        #expect(before < 0.8)
        #expect(after > 0.95)
        #expect(result.ending == .steps && !result.dependsOnTime)
        #expect(result.steps == 120)
        let (first, last) = (result.losses[0].total, result.losses[119].total)
        #expect(last < 0.5 * first)
    }

    @Test func learnsTheSameThingThroughAHiddenLayer() async throws {
        var configuration = PaintedSquares.configuration
        configuration.hidden = ThresholdLayerConfiguration(window: 1, channels: 8)
        let start = try PaintedSquares.start(configuration)
        let result = try await Self.train(steps: 120, from: start)
        #expect(PaintedSquares.balancedAccuracy(of: Self.network(result.parameters)) > 0.95)
    }

    @Test("the number of jobs does not touch a bit of the result")
    func jobsDoNotMatter() async throws {
        let one = try await Self.train(steps: 15, jobs: 1)
        for jobs in [2, 3, 16] {
            let other = try await Self.train(steps: 15, jobs: jobs)
            #expect(other == one)
        }
    }

    @Test func seedsDecideTheResult() async throws {
        let results = [
            try await Self.train(steps: 8, seed: 1), try await Self.train(steps: 8, seed: 1),
            try await Self.train(steps: 8, seed: 2),
        ]
        #expect(results[0] == results[1])
        #expect(results[0].parameters != results[2].parameters)
    }

    @Test("the shards of a step are the gradient of its minibatch")
    func shardsAddUp() throws {
        let training = PaintedSquares.training(steps: 1)
        let network = Self.network(try PaintedSquares.start())
        let loss = training.configuration.loss
        #expect((0..<4).flatMap { Array(training.indices(ofShard: $0)) } == Array(0..<6))
        var sum = [Float](repeating: 0, count: ParameterLayout(network.configuration).count)
        var total = 0.0
        for shard in 0..<4 {
            let part = try training.gradient(of: network, shard: shard) {
                PaintedSquares.example($0, seed: 3)
            }
            total += part.loss.total
            for index in sum.indices { sum[index] += part.gradient[index] }
        }
        let examples = (0..<6).map { PaintedSquares.example($0, seed: 3) }
        let whole = network.gradient(over: examples, loss)
        #expect(largestDifference(sum, whole.gradient.flattened.map(Double.init)) < 1e-6)
        #expect(abs(total - whole.loss.total) < 1e-6)
    }

    @Test("penalties stay at or above zero, and would not stay there by themselves")
    func penaltiesKeepThePrior() async throws {
        let kept = try await Self.train(steps: 60)
        #expect(Self.penalties(kept.parameters).allSatisfy { $0 >= 0 })
        #expect(Self.penalties(kept.parameters).contains { $0 > 0 })
        #expect(kept.parameters.problem == nil)
        var free = PaintedSquares.configuration
        for index in free.layers.indices { free.layers[index].keepsPrior = false }
        let broken = try await Self.train(steps: 60, from: try PaintedSquares.start(free))
        #expect(Self.penalties(broken.parameters).contains { $0 < 0 })
        #expect(broken.parameters.problem == nil)
    }

    @Test func priorRaisesTheShareOfZeroCodes() async throws {
        let without = try await Self.train(steps: 100)
        let with = try await Self.train(
            steps: 100,
            loss: NetworkLoss(positiveWeight: 4, rates: [[0.05], [0.05]])
        )
        #expect(Self.zeroShare(with.parameters) > Self.zeroShare(without.parameters) + 0.1)
        let accuracy = PaintedSquares.balancedAccuracy(of: Self.network(with.parameters))
        #expect(accuracy > 0.9)
    }

    @Test("the parameters of the best validation are kept, the earliest of equal ones")
    func keepsTheBest() async throws {
        let scores = [0.1, 0.7, 0.3, 0.7, 0.2]
        var seen: [ThresholdNetworkParameters] = []
        let training = PaintedSquares.training(steps: 9, validationInterval: 2)
        let result = try await training.train(
            from: try PaintedSquares.start(),
            example: { PaintedSquares.example(6 * $0 + $1, seed: 1) },
            validate: { network in
                seen.append(network.parameters)
                return scores[seen.count - 1]
            }
        )
        #expect(result.validations.map(\.step) == [2, 4, 6, 8, 9])
        #expect(result.validations.map(\.score) == scores)
        #expect(result.best?.step == 4)
        #expect(result.parameters == seen[1])
        #expect(Set(seen.map { $0.readout }).count == 5)
    }

    @Test func stopsWhenPatienceRunsOut() async throws {
        var count = 0
        let training = PaintedSquares.training(steps: 50, validationInterval: 3, patience: 2)
        let result = try await training.train(
            from: try PaintedSquares.start(),
            example: { PaintedSquares.example(6 * $0 + $1, seed: 1) },
            validate: { _ in
                count += 1
                return count == 2 ? 1 : 0
            }
        )
        #expect(result.ending == .patience)
        #expect(result.steps == 12)
        #expect(result.best?.step == 6)
        #expect(!result.dependsOnTime)
    }

    @Test func notANumberIsNeverTheBestScore() async throws {
        var count = 0
        let training = PaintedSquares.training(steps: 3, validationInterval: 1)
        let result = try await training.train(
            from: try PaintedSquares.start(),
            example: { PaintedSquares.example(6 * $0 + $1, seed: 1) },
            validate: { _ in
                count += 1
                return [.nan, -1, .nan][count - 1]
            }
        )
        #expect(result.best?.step == 2)
    }

    @Test("at the deadline the steps made so far count, and the result says so")
    func deadlineEndsTraining() async throws {
        var asked = 0
        let training = PaintedSquares.training(steps: 50)
        let result = try await training.train(
            from: try PaintedSquares.start(),
            example: { PaintedSquares.example(6 * $0 + $1, seed: 1) },
            isOutOfTime: {
                asked += 1
                return asked == 5
            }
        )
        #expect(result.ending == .deadline && result.dependsOnTime)
        #expect(result.steps == 5)
        #expect(result.parameters != (try PaintedSquares.start()))
    }

    @Test func deadlineStillValidatesTheLastStep() async throws {
        let result = try await PaintedSquares.training(steps: 50).train(
            from: try PaintedSquares.start(),
            example: { PaintedSquares.example(6 * $0 + $1, seed: 1) },
            validate: { _ in 3 },
            isOutOfTime: { true }
        )
        #expect(result.steps == 1)
        #expect(result.validations.map(\.step) == [1])
    }

    @Test func errorsOfExamplesEndTraining() async throws {
        struct Unreadable: Error {}
        await #expect(throws: Unreadable.self) {
            try await PaintedSquares.training(steps: 5, jobs: 2).train(
                from: try PaintedSquares.start()
            ) { step, index in
                if step == 2, index == 3 { throw Unreadable() }
                return PaintedSquares.example(index, seed: 1)
            }
        }
    }

    @Test func cancellationEndsTraining() async throws {
        let (calls, continuation) = AsyncStream.makeStream(of: Int.self)
        let start = try PaintedSquares.start()
        let task = Task {
            try await PaintedSquares.training(steps: 1_000_000).train(from: start) { step, index in
                continuation.yield(step)
                return PaintedSquares.example(index, seed: 1)
            }
        }
        for await step in calls where step == 3 { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func divergenceIsAnError() async throws {
        await #expect(throws: NetworkTrainingError.diverged(step: 1)) {
            try await PaintedSquares.training(steps: 5).train(
                from: try PaintedSquares.start()
            ) { step, index in
                var example = PaintedSquares.example(index, seed: 1)
                if step == 1, index == 5 { example.input.elements[3] = .infinity }
                return example
            }
        }
    }

    @Test func refusesConfigurationsThatMakeNoSense() async throws {
        let bad: [(inout NetworkTrainingConfiguration) -> Void] = [
            { $0.steps = 0 }, { $0.batch = 0 }, { $0.shards = 0 }, { $0.validationInterval = 0 },
            { $0.patience = 0 }, { $0.loss.positiveWeight = 0 }, { $0.loss.focalExponent = -1 },
            { $0.loss.rates = [[1]] }, { $0.loss.rates = [[1], [1, 2]] },
            { $0.loss.rates = [[-1], []] }, { $0.loss.imagePooling = .topMean(share: 0) },
            { $0.loss.imagePooling = .logMeanExp(sharpness: .nan) }, { $0.loss.imageWeight = -1 },
            { $0.optimizer.learningRate = 0 }, { $0.optimizer.momentDecay = 1 },
            { $0.optimizer.epsilon = 0 }, { $0.optimizer.gradientLimit = 0 },
            { $0.optimizer.finalShare = 2 }, { $0.optimizer.weightDecay = -1 },
            { $0.optimizer.warmupSteps = -1 },
        ]
        let start = try PaintedSquares.start()
        for change in bad {
            var configuration = PaintedSquares.training(steps: 3).configuration
            #expect(configuration.problem(for: start.configuration) == nil)
            change(&configuration)
            let training = NetworkTraining(
                configuration: configuration,
                kernels: .best,
                jobs: 1
            )
            await #expect(throws: NetworkTrainingError.self) {
                try await training.train(from: start) { PaintedSquares.example($0 + $1, seed: 1) }
            }
        }
    }

    @Test func learningRatesFollowTheirCourse() {
        var configuration = OptimizerConfiguration(
            learningRate: 2,
            schedule: .linear,
            finalShare: 0.1,
            warmupSteps: 4
        )
        let linear = (0..<25).map { configuration.learningRate(step: $0, of: 25) }
        #expect(Array(linear.prefix(5)) == [0.5, 1, 1.5, 2, 2])
        #expect(abs(linear[14] - 1.1) < 1e-6)
        #expect(abs(linear[24] - 0.2) < 1e-6)
        configuration.schedule = .cosine
        let cosine = (0..<25).map { configuration.learningRate(step: $0, of: 25) }
        #expect(abs(cosine[14] - 1.1) < 1e-6)
        #expect(cosine[9] > linear[9] && cosine[19] < linear[19])
        #expect(abs(cosine[24] - 0.2) < 1e-6)
        configuration.schedule = .constant
        #expect((4..<25).allSatisfy { configuration.learningRate(step: $0, of: 25) == 2 })
    }

    @Test func configurationSurvivesJSON() throws {
        var configuration = PaintedSquares.training(steps: 7, patience: 2).configuration
        configuration.loss.imagePooling = .logMeanExp(sharpness: 2.5)
        configuration.loss.rates = [[0.5], []]
        #expect(try throughJSON(configuration) == configuration)
    }
}
