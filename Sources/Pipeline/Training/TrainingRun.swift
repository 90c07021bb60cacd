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
        /// Images that were left out because they are unlike the others, round by round, worst first.
        public let trimmed: [TrimmedImage]
        /// The threshold for the wanted false-alarm rate.
        public let threshold: ConformalThreshold
        /// How the fusion was chosen; nil where there was no choice.
        public let fusion: FusionRecord?
    }

    /// Learns the model.
    ///
    /// - Returns: The model and what it was learned from.
    /// - Throws: ``RunError`` when there is nothing to learn from, `CancellationError` when interrupted.
    public func run() async throws -> Result {
        if let problem = options.configuration.problem {
            throw RunError.unusableConfiguration(problem)
        }
        if options.effort == .quick, options.configuration.fusion.rule == .head {
            throw RunError.unusableConfiguration("a fusion by a head needs more than quick effort")
        }
        let survey = try await TrainingSurvey.run(options.ingest, jobs: options.jobs)
        guard survey.inputs > 0 else { throw RunError.noImages(paths: rootNames) }
        guard survey.images > 0 else {
            throw RunError.tooFewImages(paths: rootNames, usable: 0)
        }
        let anomalous = try await surveyAnomalous()
        events(.surveyed(images: survey.images))
        var configuration = options.configuration
        let images = TrainingImages(
            options: options.ingest,
            channels: survey.channels,
            pixels: configuration.pixels,
            jobs: options.jobs,
            total: survey.inputs,
            passes: depth * groups
                + stageGroups.count
                * DetectorStage.passes(folding: Folding(images: survey.inputs))
                + (options.effort == .thorough ? NetworkStage.passes : 0) + 1,
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
        let grid = PositionGrid(positions: configuration.positions, aspect: survey.aspect)
        var trimmed: [TrimmedImage] = []
        var leftOut: Set<Int> = []
        var defects: AnomalousImages?
        if let anomalous {
            defects = try await AnomalousImages(
                anomalous,
                survey: survey,
                grid: grid,
                options: options,
                stages: stageGroups.count,
                events: events
            )
        }
        var (detectors, calibration, defective, order) = try await learnDetectors(
            images,
            encoders: encoders,
            grid: grid,
            folding: folding,
            trimmed: [],
            defects: defects
        )
        var scores = calibration.scores(fusion: configuration.fusion)
        // Odd images make each other look usual: when some are gone, others may show.
        for _ in 0..<Self.trimmingRounds {
            let odd = RobustTrimming().outliers(of: scores, leftOut: leftOut.count)
            if odd.isEmpty { break }
            for place in odd {
                trimmed.append(
                    TrimmedImage(
                        path: images.path(of: calibration.images[place]),
                        score: scores[place]
                    )
                )
                events(.trimmed(trimmed[trimmed.count - 1]))
            }
            defects?.allowPasses(stageGroups.count)
            images.allowPasses(stageGroups.count * DetectorStage.passes(folding: folding))
            leftOut.formUnion(odd.map { calibration.images[$0] })
            (detectors, calibration, defective, order) = try await learnDetectors(
                images,
                encoders: encoders,
                grid: grid,
                folding: folding,
                trimmed: leftOut,
                defects: defects
            )
            scores = calibration.scores(fusion: configuration.fusion)
        }
        var conformal = try ConformalCalibration(scores: scores)
        var study: FusionStudy.Outcome?
        var network: NetworkStage.Network?
        if options.effort == .thorough {
            let stage = try NetworkStage(
                layers: layers,
                channels: survey.channels,
                grid: grid,
                options: options
            )
            network = try await stage.run(images, calibration: calibration)
            if let network {
                calibration = network.calibration
                if let defects {
                    defective.append(
                        try await defects.maps(by: stage.reader(network.parameters))
                    )
                }
                order.append(order.count)
            }
        }
        if options.effort != .quick {
            let outcome = FusionStudy(
                calibration: calibration,
                declared: configuration.fusion,
                anomalous: defects?.joined(defective, order: order) ?? [],
                seed: options.seed,
                kernels: options.kernels
            ).run()
            if outcome.fusion.rule == .head, outcome.head == nil {
                throw RunError.unusableConfiguration("no head could be learned for the fusion")
            }
            configuration.fusion = outcome.fusion
            conformal = try ConformalCalibration(scores: outcome.scores)
            study = outcome
        }
        let calibrations = calibration.calibrations()
        func parameters(_ conformal: ConformalCalibration) -> ModelParameters {
            ModelParameters(
                configuration: configuration,
                channels: survey.channels,
                grid: grid,
                layers: layers,
                detectors: detectors,
                calibrations: Array(calibrations.prefix(detectors.count)),
                conformal: conformal,
                head: study?.head,
                network: network.map {
                    NetworkDetector(
                        configuration: $0.configuration,
                        parameters: $0.parameters,
                        calibration: calibrations[detectors.count],
                        course: $0.course
                    )
                }
            )
        }
        let seen = try await SeenImages(options: options, trimmed: leftOut)
            .score(by: parameters(conformal), images)
        if let seen, seen > conformal.threshold(falseAlarmRate: options.falseAlarmRate).value {
            conformal = try ConformalCalibration(scores: conformal.scores.map { max($0, seen) })
        }
        return Result(
            parameters: parameters(conformal),
            survey: survey,
            failures: images.failures,
            trimmed: trimmed,
            threshold: conformal.threshold(falseAlarmRate: options.falseAlarmRate),
            fusion: study?.record
        )
    }

    /// A look at the images with defects, before anything is learned.
    private func surveyAnomalous() async throws -> AnomalousOptions? {
        guard let anomalous = options.anomalous else { return nil }
        let found = try await TrainingSurvey.run(anomalous.ingest, jobs: options.jobs)
        guard found.images > 0 else {
            throw RunError.noAnomalousImages(
                paths: anomalous.ingest.roots.map(\.description)
            )
        }
        return anomalous
    }

    /// How often images that are unlike the others are looked for; each time costs as much as the detectors do.
    static let trimmingRounds = 3

    private var rootNames: [String] { options.ingest.roots.map(\.description) }

    private var depth: Int { options.configuration.encoders.map(\.layers.count).max() ?? 0 }

    private var groups: Int {
        let per = TrainingOptions.encodersPerPass
        return (options.configuration.encoders.count + per - 1) / per
    }

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

    /// Learns and calibrates all detectors, a few encoders at a time.
    private func learnDetectors(
        _ images: TrainingImages,
        encoders: [ImageEncoder],
        grid: PositionGrid,
        folding: Folding,
        trimmed: Set<Int>,
        defects: AnomalousImages?
    ) async throws -> (
        detectors: [DetectorParameters], calibration: CrossFittedCalibration,
        defective: [[Int: [Matrix]]], order: [Int]
    ) {
        let configuration = options.configuration
        var defective: [[Int: [Matrix]]] = []
        var detectors: [DetectorParameters] = []
        var parts: [CrossFittedCalibration] = []
        var places: [Int] = []
        for group in stageGroups {
            let (part, members) = configuration.reading(
                group.map { configuration.encoders[$0].name }
            )
            if members.isEmpty { continue }
            let stage = DetectorStage(
                configuration: part,
                encoders: group.map { encoders[$0] },
                grid: grid,
                folding: folding,
                trimmed: trimmed,
                options: options
            )
            let learned = try await stage.run(images)
            detectors += learned.detectors
            parts.append(learned.calibration)
            places += members
            if let defects {
                defective.append(
                    try await defects.maps(by: stage, detectors: learned.detectors)
                )
            }
        }
        let order = places.indices.sorted { places[$0] < places[$1] }
        return (
            order.map { detectors[$0] }, CrossFittedCalibration(joining: parts, order: order),
            defective, order
        )
    }

    private var stageGroups: [Range<Int>] {
        let count = options.configuration.encoders.count
        return stride(from: 0, to: count, by: TrainingOptions.encodersPerStage).map {
            $0..<min($0 + TrainingOptions.encodersPerStage, count)
        }
    }
}
