internal import Files
public import ModelFile
public import Reports
internal import Scoring
public import Tensors

/// What is explained and where that goes.
public struct ExplainOptions: Sendable {
    /// The images.
    public var ingest: IngestOptions
    /// The folder for pictures, page and record; with more than one image, of a folder for each.
    public var folder: String
    /// The share of normal images that may be flagged; the model's own when nil.
    public var falseAlarmRate: Double?
    /// Whether the course of each layer's inference is told too.
    public var tracing: Bool
    /// The most images worked on at once.
    public var jobs: Int
    /// The kernels.
    public var kernels: Kernels

    /// Creates options.
    public init(
        ingest: IngestOptions,
        folder: String,
        falseAlarmRate: Double? = nil,
        tracing: Bool = false,
        jobs: Int,
        kernels: Kernels = .best
    ) {
        self.ingest = ingest
        self.folder = folder
        self.falseAlarmRate = falseAlarmRate
        self.tracing = tracing
        self.jobs = jobs
        self.kernels = kernels
    }
}

/// Shows why images get their scores: maps, reconstructions and strongest atoms, as pictures, a page and JSON.
///
/// The numbers are those of a scan. Files depend on images, model and kind of kernels alone, not on the number of jobs.
public struct ExplainRun: Sendable {
    private let options: ExplainOptions
    private let model: StoredModel
    private let identity: ModelIdentity
    private let events: @Sendable (Event) -> Void

    /// What the run has done.
    public enum Event: Sendable {
        /// An image's folder is written.
        case explained(ImageRecord, folder: String)
        /// An input can't be explained.
        case failed(ItemFailure)
    }

    /// Creates a run.
    ///
    /// - Parameters:
    ///   - options: What is explained and where that goes.
    ///   - model: The model.
    ///   - identity: The model's path and digest.
    ///   - events: Hears of each image.
    public init(
        options: ExplainOptions,
        model: StoredModel,
        identity: ModelIdentity,
        events: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        self.options = options
        self.model = model
        self.identity = identity
        self.events = events
    }

    /// Explains all images.
    ///
    /// - Returns: How many images were explained and how many failed.
    /// - Throws: ``RunError`` when there are no inputs or the folder can't be written, `CancellationError` when interrupted;
    ///   what is finished is kept.
    public func run() async throws -> (explained: Int, failed: Int) {
        try options.ingest.refuseOutput(in: options.folder)
        let inputs = PeekedSequence(options.ingest.makeWalk())
        guard !inputs.isEmpty else {
            throw RunError.noImages(paths: options.ingest.roots.map(\.description))
        }
        let top = Folder(options.folder)
        _ = try PictureFolder(top)
        let rate = options.falseAlarmRate ?? model.card.calibration.threshold.wantedRate
        let explainer = ImageExplainer(
            scorer: ImageScorer(
                model: AnomalyModel(parameters: model.parameters, kernels: options.kernels),
                threshold: model.parameters.conformal.threshold(falseAlarmRate: rate),
                options: options.ingest,
                jobs: 1,
                pictures: nil
            ),
            identity: identity,
            tracing: options.tracing,
            kernels: options.kernels
        )
        let isAlone = isOneFile
        var names = ImageIdentifiers()
        var counts = (explained: 0, failed: 0)
        try await forEachOrdered(
            inputs,
            jobs: options.jobs,
            transform: { entry in
                Result { () throws(ItemFailure) in try explainer.explain(entry) }
            },
            deliver: { result in
                switch result {
                case .failure(let failure):
                    counts.failed += 1
                    events(.failed(failure))
                case .success(let explanation):
                    let record = explanation.record.record
                    let folder = isAlone ? top : top.folder(names.identifier(for: record.path))
                    try PictureFolder(folder).write(
                        explanation.pictures,
                        page: explanation.page,
                        record: try ReportJSON.document(explanation.record, what: record.path),
                        named: "explain.json"
                    )
                    counts.explained += 1
                    events(.explained(record, folder: folder.path))
                }
            }
        )
        return counts
    }

    private var isOneFile: Bool {
        options.ingest.roots.count == 1
            && !Folder(options.ingest.roots[0].description).isFolder(followingLinks: true)
    }
}
