internal import Discrimination
internal import SyntheticDefects
internal import Tensors

/// Networks of thresholding layers, trained to tell painted defects, that differ in what holds their penalties.
struct PriorContestants {
    let set: PreparedSet
    let seeds: Int
    let steps: Int
    let jobs: Int

    /// What holds a network's penalties.
    enum Prior: String, CaseIterable {
        /// Penalties at or above zero.
        case kept = "prior kept"
        /// Free biases.
        case broken = "prior broken"
        /// Penalties at or above zero, and the negative log prior of the codes in the loss.
        case penalized = "prior in the loss"
    }

    /// The rate of the exponential prior in the loss, of every coefficient.
    static let rate: Float = 0.005
    /// The most pictures with defects to learn from.
    static let paintedLimit = 320

    static func network(_ prior: Prior, channels: Int) -> ThresholdNetworkConfiguration {
        let keepsPrior = prior != .broken
        return ThresholdNetworkConfiguration(
            inputChannels: channels,
            layers: [
                ThresholdLayerConfiguration(
                    window: 5,
                    stride: 2,
                    channels: 16,
                    keepsPrior: keepsPrior
                ),
                ThresholdLayerConfiguration(
                    window: 3,
                    stride: 2,
                    channels: 32,
                    keepsPrior: keepsPrior
                ),
                ThresholdLayerConfiguration(
                    window: 3,
                    dilation: 2,
                    channels: 32,
                    keepsPrior: keepsPrior
                ),
            ],
            readMaps: [2, 3],
            gridStride: 4
        )
    }

    /// Trains the networks, one after the other.
    func learn(progress: (String) -> Void) async throws -> [Contestant] {
        let normals = set.normals.map { Contestant.input($0.map) }
        progress("\(set.name): painting defects")
        let painted = try paint(normals)
        let standardization = InputStandardization(measuring: normals)
        var contestants: [Contestant] = []
        for prior in Prior.allCases {
            let configuration = Self.network(prior, channels: set.channels)
            let training = NetworkTraining(
                configuration: NetworkTrainingConfiguration(
                    steps: steps,
                    loss: NetworkLoss(
                        positiveWeight: 4,
                        imageWeight: 0.3,
                        rates: prior == .penalized
                            ? configuration.layers.map { _ in [Self.rate] } : []
                    ),
                    optimizer: OptimizerConfiguration(
                        learningRate: 3e-3,
                        warmupSteps: steps / 20
                    )
                ),
                kernels: .best,
                jobs: jobs
            )
            for seed in 0..<UInt64(seeds) {
                progress("\(set.name): training, \(prior.rawValue), seed \(seed)")
                let start = try ThresholdNetworkParameters.random(
                    configuration,
                    standardization: standardization,
                    seed: seed
                )
                let result = try await training.train(from: start) { step, index in
                    var generator = SeededGenerator(
                        seed: seed,
                        stream: UInt64(step * 4096 + index + 1)
                    )
                    if index % 2 == 0 { return painted[generator.next(below: painted.count)] }
                    return Self.example(normals[generator.next(below: normals.count)], mask: nil)
                }
                let network = ThresholdNetwork(parameters: result.parameters, kernels: .best)
                let densities = normals.prefix(8).flatMap { network.codes(of: $0).map(\.density) }
                contestants.append(
                    Contestant(
                        question: .prior,
                        name: prior.rawValue,
                        seed: seed,
                        density: densities.reduce(0, +) / Double(max(1, densities.count)),
                        threshold: nil,
                        score: { Self.score(network.logits(of: $0)) }
                    )
                )
            }
        }
        return contestants
    }

    /// The mean of the largest hundredth of the logits.
    static func score(_ logits: Matrix) -> Float {
        let count = max(1, logits.elements.count / 100)
        return logits.elements.sorted(by: >).prefix(count).reduce(0, +) / Float(count)
    }

    /// Paints defects into normal pictures.
    private func paint(_ normals: [FeatureMap]) throws -> [TrainingExample] {
        let painter = DefectPainter()
        return try (0..<min(Self.paintedLimit, 4 * steps)).map { index in
            try Task.checkCancellation()
            let defective = painter.paint(
                on: normals[index % normals.count],
                source: normals[(index * 7 + 1) % normals.count],
                seed: UInt64(index)
            )
            return Self.example(defective.image, mask: defective.mask)
        }
    }

    /// A picture and which places of the output grid a defect touches; none where it is normal.
    private static func example(_ image: FeatureMap, mask: Matrix?) -> TrainingExample {
        let stride = 4
        var target = Matrix(
            rows: (image.height + stride - 1) / stride,
            columns: (image.width + stride - 1) / stride
        )
        if let mask {
            for row in 0..<mask.rows {
                for column in 0..<mask.columns where mask[row, column] > 0 {
                    target[row / stride, column / stride] = 1
                }
            }
        }
        return TrainingExample(input: image, target: target)
    }
}
