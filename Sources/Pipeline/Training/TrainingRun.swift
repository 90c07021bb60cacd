internal import Patches
public import Scoring
internal import SparseCoding
internal import Tensors

/// Learns a model from normal images, in a fixed number of passes over them.
///
/// Memory does not grow with the number of images: patches and codes go through seeded reservoirs and everything else is
/// sums. The result depends on images, declaration, seed and kind of kernels alone, not on the number of jobs.
public struct TrainingRun: Sendable {
    /// What is learned from what.
    public let options: TrainingOptions
    private let events: @Sendable (TrainingEvent) -> Void

    /// Creates a run.
    ///
    /// - Parameters:
    ///   - options: What is learned from what.
    ///   - events: Hears of progress.
    public init(
        options: TrainingOptions,
        events: @escaping @Sendable (TrainingEvent) -> Void = { _ in }
    ) {
        self.options = options
        self.events = events
    }

    /// A model and what it was learned from.
    public struct Result: Sendable {
        /// What the model has learned.
        public let parameters: ModelParameters
        /// What the first look at the images said.
        public let survey: TrainingSurvey
        /// Images that could not be used.
        public let failures: [ItemFailure]
        /// The threshold for the wanted false-alarm rate.
        public let threshold: ConformalThreshold
    }

    /// Learns the model.
    ///
    /// - Returns: The model and what it was learned from.
    /// - Throws: ``RunError`` when there is nothing to learn from, `CancellationError` when interrupted.
    public func run() async throws -> Result {
        if let problem = options.configuration.problem {
            throw RunError.unusableConfiguration(problem)
        }
        let survey = try await TrainingSurvey.run(options.ingest, jobs: options.jobs)
        guard survey.inputs > 0 else { throw RunError.noImages(paths: rootNames) }
        guard survey.images > 0 else {
            throw RunError.tooFewImages(paths: rootNames, usable: 0)
        }
        events(.surveyed(images: survey.images))
        let configuration = options.configuration
        let images = TrainingImages(
            options: options.ingest,
            channels: survey.channels,
            pixels: configuration.pixels,
            jobs: options.jobs,
            total: survey.inputs,
            passes: passCount + Folding(images: survey.inputs).folds,
            events: events
        )
        let layers = try await learnLayers(images, survey: survey)
        guard images.usable >= 2 else {
            throw RunError.tooFewImages(paths: rootNames, usable: images.usable)
        }
        let encoders = zip(configuration.encoders, layers).map { configuration, layers in
            ImageEncoder(
                configuration: configuration,
                layers: layers.map { Layer(parameters: $0, kernels: options.kernels) }
            )
        }
        let folding = Folding(images: images.total)
        var learner = DetectorLearner(
            configuration: configuration,
            grid: PositionGrid(positions: configuration.positions, aspect: survey.aspect),
            folding: folding,
            seed: options.seed
        )
        try await learnDetectors(&learner, images: images, encoders: encoders)
        let calibration = try await calibrate(learner, images: images, encoders: encoders)
        let scores = calibration.scores(fusion: configuration.fusion)
        let conformal = try ConformalCalibration(scores: scores)
        return Result(
            parameters: ModelParameters(
                configuration: configuration,
                channels: survey.channels,
                grid: learner.grid,
                layers: layers,
                detectors: learner.detectors(leavingOut: [], kernels: options.kernels),
                calibrations: calibration.calibrations(),
                conformal: conformal
            ),
            survey: survey,
            failures: images.failures,
            threshold: conformal.threshold(falseAlarmRate: options.falseAlarmRate)
        )
    }

    private var rootNames: [String] { options.ingest.roots.map(\.description) }

    private var depth: Int { options.configuration.encoders.map(\.layers.count).max() ?? 0 }

    private var groups: Int {
        let per = TrainingOptions.encodersPerPass
        return (options.configuration.encoders.count + per - 1) / per
    }

    private var passCount: Int { depth * groups + 2 }

    /// Learns the layers, depth by depth, a few encoders in each pass.
    private func learnLayers(
        _ images: TrainingImages,
        survey: TrainingSurvey
    ) async throws -> [[LayerParameters]] {
        let configurations = options.configuration.encoders
        var layers = configurations.map { _ in [LayerParameters]() }
        for level in 0..<depth {
            for group in 0..<groups {
                let first = group * TrainingOptions.encodersPerPass
                let members = (first..<min(first + TrainingOptions.encodersPerPass, layers.count))
                    .filter { configurations[$0].layers.count > level }
                if members.isEmpty { continue }
                let pass = LayerPass(
                    level: level,
                    members: members,
                    layers: layers,
                    survey: survey,
                    options: options
                )
                for (member, learned) in zip(members, try await pass.run(images)) {
                    layers[member].append(learned)
                }
            }
        }
        return layers
    }

    /// Learns what normal codes are: a pass of samples, then a pass of features.
    private func learnDetectors(
        _ learner: inout DetectorLearner,
        images: TrainingImages,
        encoders: [ImageEncoder]
    ) async throws {
        let (seed, kernels) = (options.seed, options.kernels)
        let rows = max(16, min(512, 4 * DetectorLearner.sampleCapacity / images.total))
        let (sampler, folding) = (learner, learner.folding)
        try await images.pass(
            named: "codes",
            transform: { index, image in
                var generator = SeededGenerator(seed: seed, stream: 0x10_0000 &+ UInt64(index))
                return sampler.samples(
                    of: image,
                    encoders: encoders,
                    count: rows,
                    generator: &generator,
                    kernels: kernels
                )
            },
            deliver: { index, rows in
                learner.offer(samples: rows, fold: folding.fold(of: index))
            }
        )
        learner.reduce(kernels: kernels)
        let maker = learner.featureMaker(kernels: kernels)
        try await images.pass(
            named: "positions",
            transform: { index, image in
                maker.features(of: image, encoders: encoders, fold: folding.fold(of: index))
            },
            deliver: { _, features in learner.offer(features: features, kernels: kernels) }
        )
    }

    /// Maps each image by detectors that have not seen it.
    private func calibrate(
        _ learner: DetectorLearner,
        images: TrainingImages,
        encoders: [ImageEncoder]
    ) async throws -> CrossFittedCalibration {
        let folding = learner.folding
        var calibration = CrossFittedCalibration(folding: folding)
        for fold in 0..<folding.folds {
            let bank = DetectorBank(
                encoders: encoders,
                sets: folding.sets(for: fold).map {
                    learner.detectors(leavingOut: $0, kernels: options.kernels)
                },
                grid: learner.grid,
                kernels: options.kernels
            )
            try await images.pass(
                named: "calibration",
                only: { folding.fold(of: $0) == fold },
                transform: { _, image in bank.maps(of: image) },
                deliver: { _, sets in calibration.offer(sets, fold: fold) }
            )
        }
        return calibration
    }
}
