public import ModelFile
public import Reports
internal import Scoring
public import Tensors

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// What is scanned and where the report goes.
public struct ScanOptions: Sendable {
    /// The inputs.
    public var ingest: IngestOptions
    /// The report folder.
    public var reportPath: String
    /// The share of normal images that may be flagged; the model's own when nil.
    public var falseAlarmRate: Double?
    /// The most images worked on at once.
    public var jobs: Int
    /// The kernels.
    public var kernels: Kernels
    /// The exit status of a run with these counts, and whether it was interrupted.
    public var exitStatus: @Sendable (RunSummary.Counts, Bool) -> Int

    /// Creates options.
    public init(
        ingest: IngestOptions,
        reportPath: String,
        falseAlarmRate: Double? = nil,
        jobs: Int,
        kernels: Kernels = .best,
        exitStatus: @escaping @Sendable (RunSummary.Counts, Bool) -> Int
    ) {
        self.ingest = ingest
        self.reportPath = reportPath
        self.falseAlarmRate = falseAlarmRate
        self.jobs = jobs
        self.kernels = kernels
        self.exitStatus = exitStatus
    }
}

/// Scores inputs and writes a report, one record per input in the order of the walk.
///
/// The records and flagged folders depend on inputs, model and kind of kernels alone, not on the number of jobs.
public struct ScanRun: Sendable {
    private let options: ScanOptions
    private let model: StoredModel
    private let identity: ModelIdentity
    private let version: String
    private let events: @Sendable (ImageRecord) -> Void

    /// Creates a run.
    ///
    /// - Parameters:
    ///   - options: What is scanned and where the report goes.
    ///   - model: The model.
    ///   - identity: The model's path and digest.
    ///   - version: The version of the program.
    ///   - events: Hears of each record as it is written.
    public init(
        options: ScanOptions,
        model: StoredModel,
        identity: ModelIdentity,
        version: String,
        events: @escaping @Sendable (ImageRecord) -> Void = { _ in }
    ) {
        self.options = options
        self.model = model
        self.identity = identity
        self.version = version
        self.events = events
    }

    /// Scans all inputs.
    ///
    /// When the task is cancelled, inputs in flight are finished and written, `run.json` says that the run was
    /// interrupted, and the summary is returned as usual.
    ///
    /// - Returns: The summary, as written to `run.json`.
    /// - Throws: ``RunError`` or `ReportError` when the run can't go on; what was written stays.
    public func run() async throws -> RunSummary {
        let started = Date()
        let rate = options.falseAlarmRate ?? model.card.calibration.threshold.wantedRate
        let threshold = model.parameters.conformal.threshold(falseAlarmRate: rate)
        let walk = options.ingest.makeWalk()
        let inputs = PeekedSequence(walk)
        guard !inputs.isEmpty else {
            throw RunError.noImages(paths: options.ingest.roots.map(\.description))
        }
        let scorer = ImageScorer(
            model: AnomalyModel(parameters: model.parameters, kernels: options.kernels),
            threshold: threshold,
            options: options.ingest,
            drawsPictures: true
        )
        let writer = try ReportWriter(path: options.reportPath, model: identity)
        var interrupted = false
        do {
            try await forEachOrdered(
                inputs,
                jobs: options.jobs,
                transform: { scorer.score($0) },
                deliver: { scored in
                    events(try writer.append(scored.record, pictures: scored.pictures))
                }
            )
        } catch is CancellationError {
            interrupted = true
        }
        let summary = options.summary(
            of: writer.tally,
            command: "scan",
            version: version,
            model: identity,
            threshold: threshold,
            normals: model.parameters.conformal.scores.count,
            started: started,
            interrupted: interrupted
        )
        try writer.finish(summary)
        return summary
    }
}

extension ScanOptions {
    /// The summary of a run that ends now.
    func summary(
        of tally: RunTally,
        command: String,
        version: String,
        model: ModelIdentity,
        threshold: ConformalThreshold,
        normals: Int,
        started: Date,
        interrupted: Bool
    ) -> RunSummary {
        RunSummary(
            version: version,
            command: command,
            model: model,
            tally: tally,
            threshold: threshold.value,
            falseAlarmRate: threshold.wantedRate,
            calibration: .init(
                normals: normals,
                sufficient: threshold.isSufficient,
                guaranteedRate: threshold.guaranteedRate
            ),
            kernels: kernels.description,
            jobs: jobs,
            startedAt: started,
            finishedAt: Date(),
            exitStatus: exitStatus(tally.counts, interrupted),
            interrupted: interrupted
        )
    }
}

/// A sequence whose first element was looked at.
struct PeekedSequence<Base: IteratorProtocol>: Sequence, IteratorProtocol {
    private var first: Base.Element?
    private var base: Base

    init(_ base: Base) {
        self.base = base
        first = self.base.next()
    }

    /// Whether there is no element at all.
    var isEmpty: Bool { first == nil }

    mutating func next() -> Base.Element? {
        guard let element = first else { return base.next() }
        first = nil
        return element
    }
}
