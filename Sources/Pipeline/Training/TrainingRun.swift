public import ModelFile
internal import Patches
public import Scoring
internal import SparseCoding
internal import Tensors

/// Learns a model from normal images, in a fixed number of passes over them.
///
/// Memory does not grow with the number of images: patches and codes go through seeded reservoirs, detectors are sums, and
/// held-out maps are kept of at most ``TrainingOptions/calibrationLimit`` images, and images from pass to pass in
/// ``TrainingOptions/keptImageBytes``. Above that number calibration, the
/// search for odd images and the choice of fusion go by these images, spread evenly over all.
///
/// Images that people labelled as false alarms join the normal ones, and are never left out as odd. Like each of those
/// they count once in the calibration, where they are of the share that calibrates: with the held-out score, or the finished
/// model's where that is higher, so that they are not above a threshold that is the highest score. Confirmed ones
/// join the images with defects.
///
/// The result depends on images, declaration, seed and kind of kernels alone, not on the number of jobs.
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
        /// What the first look at the images said, false alarms included but for the digest.
        public let survey: TrainingSurvey
        /// The images learned from.
        public let images: Int
        /// Images that could not be used.
        public let failures: [ItemFailure]
        /// Images that were left out because they are unlike the others, round by round, worst first.
        public let trimmed: [TrimmedImage]
        /// The threshold for the wanted false-alarm rate.
        public let threshold: ConformalThreshold
        /// How the fusion was chosen; nil where there was no choice.
        public let fusion: FusionRecord?
        /// What was used of what people said of images; nil where they said nothing, or it was not to be used.
        public let labels: ModelCard.Training.Labels?
        /// Why there is no network although one was asked for; nil where there is one, or none was wanted.
        public let noNetwork: String?
    }

    /// Learns the model.
    ///
    /// - Returns: The model and what it was learned from.
    /// - Throws: ``RunError`` when there is nothing to learn from, `CancellationError` when interrupted.
    public func run() async throws -> Result { try await learn(TrainingSteps(.everything)) }

    func learn(_ steps: TrainingSteps) async throws -> Result {
        if let problem = options.configuration.problem {
            throw RunError.unusableConfiguration(problem)
        }
        if options.effort == .quick, options.configuration.fusion.rule == .head {
            throw RunError.unusableConfiguration("a fusion by a head needs more than quick effort")
        }
        if options.configuration.tiles != nil, options.preparation.regionOfInterest != nil {
            // A position of a tile is another place of each image.
            throw RunError.unusableConfiguration(
                "a region of interest can't be used with tiles: choose one of them"
            )
        }
        let tiling = options.configuration.tiles
        let normal = try await NormalImages(options, steps: steps, events: events)
        let survey = normal.survey
        let anomalous = try await surveyAnomalous(normal.labelled)
        events(.surveyed(images: survey.images))
        var configuration = options.configuration
        let layerStage = LayerStage(options: options)
        let images = TrainingImages(
            options: normal.ingest,
            channels: survey.channels,
            configuration: configuration,
            jobs: options.jobs,
            total: survey.inputs,
            names: survey.names,
            layout: survey.layout(tiling: tiling, seed: options.seed),
            passes: layerStage.passes
                + options.detectorStages.count
                * DetectorStage.passes(folding: Folding(images: survey.inputs))
                + (options.effort == .thorough ? NetworkStage.passes : 0) + 1,
            steps: steps,
            keptBytes: options.keptImageBytes,
            events: events
        )
        let layers = try await layerStage.run(images, survey: survey)
        guard images.usable >= 2 else {
            throw RunError.tooFewImages(
                paths: options.ingest.roots.map(\.description),
                usable: images.usable
            )
        }
        let encoders = zip(configuration.encoders, layers).map { configuration, layers in
            ImageEncoder(
                configuration: configuration,
                layers: layers.map { Layer(parameters: $0, kernels: options.kernels) }
            )
        }
        let grid = PositionGrid(positions: configuration.positions, aspect: survey.aspect)
        let region = try options.preparation.regionOfInterest.map {
            try RegionOfInterest($0, grid: grid, limits: options.ingest.limits)
        }
        var defects: AnomalousImages?
        if let anomalous {
            defects = try await AnomalousImages(
                anomalous.options,
                survey: anomalous.survey,
                channels: survey.channels,
                grid: grid,
                options: options,
                stages: options.detectorStages.count,
                events: events
            )
        }
        var learned = try await DetectorTraining(
            options: options,
            encoders: encoders,
            grid: grid,
            folding: Folding(images: images.total),
            region: region,
            defects: defects,
            vouched: normal.vouched,
            events: events
        ).run(images)
        var scores = learned.calibration.scores(fusion: configuration.fusion)
        var study: FusionStudy.Outcome?
        var network: NetworkStage.Network?
        var noNetwork: String?
        if options.effort == .thorough {
            let stage = try NetworkStage(
                layers: layers,
                channels: survey.channels,
                grid: grid,
                options: options
            )
            switch try await stage.run(images, calibration: learned.calibration) {
            case .none(let reason):
                noNetwork = reason
                events(.noNetwork(reason: reason))
            case .trained(let trained):
                network = trained
                learned.calibration = trained.calibration
                if let defects {
                    defects.allowPasses(1)
                    learned.defective.append(
                        try await defects.maps(by: stage.reader(trained.parameters))
                    )
                }
                learned.order.append(learned.order.count)
            }
        }
        if options.effort != .quick {
            let outcome = try await steps.result("fusion") {
                FusionStudy(
                    calibration: learned.calibration,
                    declared: configuration.fusion,
                    anomalous: defects?.joined(learned.defective, order: learned.order) ?? [],
                    seed: options.seed,
                    kernels: options.kernels
                ).run()
            }
            if outcome.fusion.rule == .head, outcome.head == nil {
                throw RunError.unusableConfiguration("no head could be learned for the fusion")
            }
            configuration.fusion = outcome.fusion
            scores = outcome.scores
            study = outcome
        }
        let calibrations = learned.calibration.calibrations()
        func parameters(_ conformal: ConformalCalibration) -> ModelParameters {
            ModelParameters(
                configuration: configuration,
                channels: survey.channels,
                grid: grid,
                layers: layers,
                detectors: learned.detectors,
                calibrations: Array(calibrations.prefix(learned.detectors.count)),
                conformal: conformal,
                head: study?.head,
                network: network.map {
                    NetworkDetector(
                        configuration: $0.configuration,
                        parameters: $0.parameters,
                        calibration: calibrations[learned.detectors.count],
                        course: $0.course
                    )
                }
            )
        }
        let seen = try await SeenImages(
            options: options,
            trimmed: learned.leftOut,
            vouched: normal.vouched
        ).scores(by: parameters(try ConformalCalibration(scores: scores)), images)
        for (index, place) in learned.calibration.images.enumerated() {
            if let own = seen.vouched[place], own > scores[index] { scores[index] = own }
        }
        var conformal = try ConformalCalibration(scores: scores)
        if let usual = seen.usual,
            usual > conformal.threshold(falseAlarmRate: options.falseAlarmRate).value
        {
            conformal = try ConformalCalibration(scores: scores.map { max($0, usual) })
        }
        return Result(
            parameters: parameters(conformal),
            survey: survey,
            images: images.usable - learned.leftOut.count,
            failures: images.failures,
            trimmed: learned.trimmed,
            threshold: conformal.threshold(falseAlarmRate: options.falseAlarmRate),
            fusion: study?.record,
            labels: normal.labelled.map {
                ModelCard.Training.Labels(
                    falseAlarms: $0.falseAlarms.count,
                    confirmed: $0.confirmed.count,
                    sha256: $0.digest
                )
            },
            noNetwork: noNetwork
        )
    }

    /// A look at the images with defects, before anything is learned.
    private func surveyAnomalous(
        _ labelled: UsableLabels?
    ) async throws -> (options: AnomalousOptions, survey: TrainingSurvey)? {
        guard let anomalous = options.anomalous(with: labelled) else { return nil }
        let found = try await TrainingSurvey.run(
            anomalous.ingest,
            jobs: options.jobs,
            tiling: options.configuration.tiles
        )
        guard found.images > 0 else {
            throw RunError.noAnomalousImages(
                paths: anomalous.ingest.roots.map(\.description)
            )
        }
        return (anomalous, found)
    }
}
