internal import Digests
internal import Scoring

/// What a model is learned from as normal: the images of the folders, then those that people called false alarms.
struct NormalImages: Sendable {
    /// The inputs.
    var ingest: IngestOptions
    /// What a first look at them said; its digest is that of the folders alone.
    var survey: TrainingSurvey
    /// The labelled images; nil where there are none.
    var labelled: UsableLabels?
    /// The places among the inputs of images that a person said are normal.
    var vouched: Set<Int>

    /// Looks at the images of the folders and at the labelled ones.
    ///
    /// - Parameters:
    ///   - options: What is learned from what.
    ///   - steps: What this program does of the survey.
    ///   - events: Hears of labels that can't be used.
    /// - Throws: ``RunError`` when there is nothing to learn from or a file changes meanwhile, `CancellationError`.
    init(
        _ options: TrainingOptions,
        steps: TrainingSteps,
        events: @escaping @Sendable (TrainingEvent) -> Void
    ) async throws {
        ingest = options.ingest
        if let contents = options.labels?.contents {
            survey = try await TrainingSurvey.run(
                ingest,
                jobs: options.jobs,
                tiling: options.configuration.tiles,
                lookingFor: contents
            )
        } else {
            survey = try await TrainingSurvey.run(
                ingest,
                jobs: options.jobs,
                tiling: options.configuration.tiles,
                steps: steps
            )
        }
        guard survey.inputs > 0 else {
            throw RunError.noImages(paths: ingest.roots.map(\.description))
        }
        guard survey.images > 0 else {
            throw RunError.tooFewImages(paths: ingest.roots.map(\.description), usable: 0)
        }
        vouched = []
        if let labels = options.labels, labels.count > 0 {
            let usable = try await labels.usable(options, normals: survey.known, events: events)
            labelled = usable
            if !usable.falseAlarms.isEmpty { try await add(usable, options) }
            vouched = Set(usable.vouched.flatMap { survey.places[$0] ?? [] })
        }
        if let channels = options.preparation.channels { survey.channels = channels }
    }

    /// Takes the false alarms as roots of their own, behind those that were given.
    private mutating func add(_ usable: UsableLabels, _ options: TrainingOptions) async throws {
        var more = ingest
        more.roots = usable.falseAlarms.map(\.place)
        survey.append(
            try await TrainingSurvey.run(
                more,
                jobs: options.jobs,
                tiling: options.configuration.tiles,
                lookingFor: usable.vouched
            )
        )
        ingest.roots += more.roots
        for image in usable.falseAlarms where survey.places[image.sha256] == nil {
            throw RunError.inputsChanged("\(image.place): the file changed during training")
        }
    }
}
