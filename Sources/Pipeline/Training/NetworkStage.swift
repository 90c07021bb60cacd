internal import Discrimination
internal import Scoring
internal import SparseCoding
internal import Tensors

/// Trains a network through its layers on painted defects.
///
/// It is trained twice: each half of the images is mapped by the network that practised on the other half, and so by one
/// that has not seen them. Models use the first network.
struct NetworkStage {
    let configuration: NetworkDetector.Configuration
    let start: ThresholdNetworkParameters
    let grid: PositionGrid
    let options: TrainingOptions

    /// What came of the training.
    enum Outcome: Sendable {
        case trained(Network)
        /// There is no network; why, for a person.
        case none(reason: String)
    }

    /// A trained network, before its map is calibrated.
    struct Network: Sendable {
        let configuration: NetworkDetector.Configuration
        let parameters: ThresholdNetworkParameters
        let course: NetworkDetector.Course
        /// The held-out calibration, each image with the network's map as one more.
        let calibration: CrossFittedCalibration
    }

    /// The passes over the images that it makes.
    static let passes = 2
    /// Steps where no budget is given.
    private static let steps = 600
    /// The most steps that a budget may buy.
    private static let stepLimit = 5000
    /// Steps that are timed where a budget is given.
    private static let timedSteps = 5
    /// The fewest images of a half that some are kept from for validation.
    private static let fewestForValidation = 16
    private static let validationLimit = 12

    /// Lays out a network for a model.
    ///
    /// The first layer starts from the first layer of the first encoder that is a convolution, without contrast
    /// normalisation; the others start at random.
    ///
    /// - Parameters:
    ///   - layers: The layers of each encoder.
    ///   - channels: Of the images.
    ///   - grid: The positions.
    ///   - options: How the model is learned.
    /// - Throws: ``RunError/unusableConfiguration(_:)`` when they make no network.
    init(
        layers: [[LayerParameters]],
        channels: Int,
        grid: PositionGrid,
        options: TrainingOptions
    ) throws(RunError) {
        let encoders = options.configuration.encoders
        var given: ThresholdLayerParameters?
        var first = ThresholdLayerConfiguration(window: 7, stride: 2, pooling: 2, channels: 32)
        var origin: EncoderConfiguration?
        for (encoder, layers) in zip(encoders, layers) {
            guard let layer = layers.first, let kernels = try? LayerKernels(layer) else { continue }
            let declared = ThresholdLayerConfiguration(
                window: layer.configuration.window,
                stride: layer.configuration.stride,
                pooling: layer.configuration.pooling,
                channels: kernels.biases.count
            )
            guard declared.problem == nil, declared.outputStride <= 16 else { continue }
            // What the mean patch adds may exceed the penalty; a prior allows none below zero.
            given = try Self.checked {
                try ThresholdLayerParameters(
                    kernels: kernels.kernels,
                    penalties: kernels.biases.map { max(0, -$0) }
                )
            }
            (first, origin) = (declared, encoder)
            break
        }
        let network = ThresholdNetworkConfiguration(
            inputChannels: channels,
            layers: [
                first,
                ThresholdLayerConfiguration(window: 3, pooling: 2, channels: 48),
                ThresholdLayerConfiguration(window: 3, dilation: 2, channels: 48),
            ],
            readMaps: [1, 2, 3],
            gridStride: 2 * first.outputStride
        )
        configuration = NetworkDetector.Configuration(
            network: network,
            pixels: origin?.pixels ?? encoders[0].pixels,
            imageNormalization: origin == nil ? 0.02 : origin?.imageNormalization,
            startedFrom: origin?.name
        )
        if let problem = configuration.problem { throw .unusableConfiguration(problem) }
        start = try Self.checked {
            try ThresholdNetworkParameters.random(
                network,
                standardization: .identity(channels: channels),
                given: given.map { [0: $0] } ?? [:],
                seed: options.seed
            )
        }
        self.grid = grid
        self.options = options
    }

    /// Trains the networks and maps the images.
    ///
    /// - Parameters:
    ///   - images: The normal images.
    ///   - calibration: Their held-out maps by the detectors, and those of painted images.
    /// - Returns: The network, or why there is none: too few images for two halves, or training that diverged.
    /// - Throws: ``RunError/unusableConfiguration(_:)``, `CancellationError`.
    func run(
        _ images: TrainingImages,
        calibration: CrossFittedCalibration
    ) async throws -> Outcome {
        let practice = DefectPractice(of: images, grid: grid, seed: options.seed)
        let known = Set(calibration.tiles).union(calibration.paintedTiles)
        var halves: [[PracticeImages.Picture]] = [[], []]
        try await images.pass(
            named: "practice images",
            only: { practice.includes($0) && known.contains($0) },
            transform: { _, image in PracticeImages.Picture(image) },
            deliver: { tile, picture in halves[practice.half(of: tile)].append(picture) }
        )
        guard !halves[0].isEmpty, !halves[1].isEmpty else {
            return .none(reason: "too few images: each of two halves needs one to practise on")
        }
        var trained: [(parameters: ThresholdNetworkParameters, course: NetworkDetector.Course)] = []
        for half in 0..<2 {
            do {
                trained.append(try await train(on: halves[1 - half], stream: UInt64(half)))
            } catch let error as NetworkTrainingError {
                if case .invalid(let problem) = error {
                    throw RunError.unusableConfiguration("network: \(problem)")
                }
                return .none(reason: error.description)
            }
        }
        let readers = trained.map { reader($0.parameters) }
        var normal: [TrainingTile: Matrix] = [:]
        var painted: [TrainingTile: Matrix] = [:]
        try await images.pass(
            named: "network",
            only: { known.contains($0) },
            transform: { tile, image in
                let reader = readers[practice.half(of: tile)]
                return (
                    normal: reader.map(of: image),
                    painted: practice.paint(image, at: tile).map { reader.map(of: $0.image) }
                )
            },
            deliver: { tile, maps in
                normal[tile] = maps.normal
                painted[tile] = maps.painted
            }
        )
        let units = (0..<2).compactMap { half in
            Unit(
                of: calibration.tiles.filter { practice.half(of: $0) == half }
                    .compactMap { normal[$0] }
            )
        }
        guard units.count == 2 else {
            return .none(reason: "too few images: each of two halves needs one to calibrate on")
        }
        func inUnits(_ map: Matrix?, _ tile: TrainingTile) -> Matrix? {
            map.map { units[practice.half(of: tile)].apply(to: $0) }
        }
        let more = calibration.tiles.compactMap { inUnits(normal[$0], $0) }
        let other = calibration.paintedTiles.compactMap { inUnits(painted[$0], $0) }
        guard more.count == calibration.count, other.count == calibration.paintedCount,
            (more + other).allSatisfy({ $0.elements.allSatisfy(\.isFinite) })
        else { return .none(reason: "its maps are not finite") }
        return .trained(
            Network(
                configuration: configuration,
                parameters: units[0].applied(to: trained[0].parameters),
                course: trained[0].course,
                calibration: calibration.adding(maps: more, painted: other)
            )
        )
    }

    private static func checked<Value>(
        _ make: () throws -> Value
    ) throws(RunError) -> Value {
        do {
            return try make()
        } catch {
            throw .unusableConfiguration("network: \(error)")
        }
    }

    /// A network that maps images.
    func reader(_ parameters: ThresholdNetworkParameters) -> NetworkReader {
        NetworkReader(
            configuration: configuration,
            parameters: parameters,
            grid: grid,
            kernels: options.kernels
        )
    }

    /// Trains one network.
    private func train(
        on pictures: [PracticeImages.Picture],
        stream: UInt64
    ) async throws -> (parameters: ThresholdNetworkParameters, course: NetworkDetector.Course) {
        let clock = ContinuousClock()
        let begun = clock.now
        let isLarge = pictures.count >= Self.fewestForValidation
        let validated = isLarge ? min(Self.validationLimit, pictures.count / 8) : 0
        func practice(_ pictures: [PracticeImages.Picture]) -> PracticeImages {
            PracticeImages(
                pictures: pictures,
                configuration: configuration,
                reader: reader(start),
                seed: options.seed
            )
        }
        let learned = practice(Array(pictures.dropFirst(validated)))
        let kept = isLarge ? practice(Array(pictures.prefix(validated))) : nil
        let firstStream = (stream + 1) << 40
        var parameters = start
        // The read-out starts at its optimum for the layers as they are.
        if let solved = try? ThresholdNetwork(parameters: start, kernels: options.kernels)
            .solvingReadout(
                over: (0..<32).lazy.map { learned.example(stream: firstStream - 1 - $0) },
                options: .init(penalty: 1e-2, tolerance: 1e-6)
            )
        {
            parameters = solved.parameters
        }
        func training(_ steps: Int) -> NetworkTraining {
            NetworkTraining(
                configuration: NetworkTrainingConfiguration(
                    steps: steps,
                    loss: NetworkLoss(positiveWeight: 2, rates: [[1e-4], [1e-4], [1e-4]]),
                    optimizer: OptimizerConfiguration(learningRate: 1e-3, warmupSteps: 10),
                    validationInterval: 40,
                    patience: 4
                ),
                kernels: options.kernels,
                jobs: options.jobs
            )
        }
        let example: @Sendable (Int, Int) -> TrainingExample = { step, index in
            learned.example(stream: firstStream + UInt64(step) * 4096 + UInt64(index))
        }
        var steps = Self.steps
        if let budget = options.timeBudget {
            let timed = clock.now
            _ = try await training(Self.timedSteps).train(from: parameters, example: example)
            let perStep = (clock.now - timed) / Self.timedSteps
            let left = budget / 2 - (clock.now - begun)
            steps = max(Self.timedSteps, min(Self.stepLimit, Int(left / perStep)))
        }
        let result = try await training(steps).train(
            from: parameters,
            example: example,
            validate: kept.map { kept in { network in score(network, on: kept) } }
        )
        return (
            result.parameters,
            NetworkDetector.Course(
                result,
                images: learned.pictures.count,
                validationImages: validated,
                dependsOnTime: options.timeBudget != nil
            )
        )
    }

    /// Minus the mean loss on whole images, normal and defective places counting the same.
    private func score(_ network: ThresholdNetwork, on images: PracticeImages) -> Double {
        let loss = NetworkLoss()
        var sums = [0.0, 0.0]
        var counts = [0.0, 0.0]
        for index in images.pictures.indices {
            for isPainted in [false, true] {
                let example = images.whole(index, isPainted: isPainted)
                let logits = network.logits(of: example.input)
                for (place, target) in example.target.elements.enumerated()
                where example.weight?.elements[place] != 0 {
                    sums[target > 0 ? 1 : 0] +=
                        loss.place(
                            logit: Double(logits.elements[place]),
                            target: Double(target)
                        ).loss
                    counts[target > 0 ? 1 : 0] += 1
                }
            }
        }
        return -(sums[0] / max(1, counts[0]) + sums[1] / max(1, counts[1])) / 2
    }

    /// What brings a network's logits to standard deviations from the mean of held-out normal positions.
    private struct Unit {
        let mean: Double
        let deviation: Double

        /// Measures maps; nil where there are none.
        init?(of maps: [Matrix]) {
            let values = maps.lazy.map(\.elements).joined()
            guard !values.isEmpty else { return nil }
            let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
            let variance =
                values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
                / Double(values.count)
            self.mean = mean
            deviation = max(variance.squareRoot(), 1e-6)
        }

        func apply(to map: Matrix) -> Matrix {
            var result = map
            for index in result.elements.indices {
                result.elements[index] = Float((Double(map.elements[index]) - mean) / deviation)
            }
            return result
        }

        /// A network whose logits are in these units.
        func applied(to parameters: ThresholdNetworkParameters) -> ThresholdNetworkParameters {
            var result = parameters
            result.readout = parameters.readout.map { Float(Double($0) / deviation) }
            result.offset = Float((Double(parameters.offset) - mean) / deviation)
            return result
        }
    }
}
