internal import Digests
internal import Dispatch
internal import ImageCodec
public import ModelFile
public import Reports
internal import RunLedger
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
    /// Which pictures flagged images get.
    public var pictures: PictureSelection
    /// The most images worked on at once.
    public var jobs: Int
    /// The kernels.
    public var kernels: Kernels
    /// The part of the inputs that is scanned; all when nil.
    public var shard: Shard?
    /// The other forms that the report is written in as well.
    public var exports: Set<ExportFormat> = []
    /// The exit status of a run that scored so many inputs with these outcomes, and whether it was interrupted.
    public var exitStatus: @Sendable (RunSummary.Counts, Bool) -> Int

    /// Creates options.
    public init(
        ingest: IngestOptions,
        reportPath: String,
        falseAlarmRate: Double? = nil,
        pictures: PictureSelection = .all,
        jobs: Int,
        kernels: Kernels = .best,
        exitStatus: @escaping @Sendable (RunSummary.Counts, Bool) -> Int
    ) {
        self.ingest = ingest
        self.reportPath = reportPath
        self.falseAlarmRate = falseAlarmRate
        self.pictures = pictures
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
    private let identity: @Sendable () throws -> ModelIdentity
    private let version: String
    private let events: @Sendable (ImageRecord) -> Void

    /// Creates a run.
    ///
    /// - Parameters:
    ///   - options: What is scanned and where the report goes.
    ///   - model: The model.
    ///   - identity: Waits for the model's path and digest. The first images are scored meanwhile; nothing is written
    ///     before it has returned, and nothing at all where it throws.
    ///   - version: The version of the program.
    ///   - events: Hears of each record as it is written.
    public init(
        options: ScanOptions,
        model: StoredModel,
        identity: @escaping @Sendable () throws -> ModelIdentity,
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
    /// - Parameter session: The ledger that inputs are looked up in and stored to; none is kept when nil.
    /// - Returns: The summary, as written to `run.json`.
    /// - Throws: ``RunError``, `ReportError` or `LedgerError` when the run can't go on; what was written stays.
    public func run(_ session: LedgerSession? = nil) async throws -> RunSummary {
        let started = Date()
        let rate = options.falseAlarmRate ?? model.card.calibration.threshold.wantedRate
        let threshold = model.parameters.conformal.threshold(falseAlarmRate: rate)
        let walk = PeekedSequence(options.ingest.makeWalk())
        // A folder that fills up may be empty for a night, and a shard of few inputs at any time.
        guard session != nil || !walk.isEmpty else {
            throw RunError.noImages(paths: options.ingest.roots.map(\.description))
        }
        let inputs = ShardedInputs(walk, shard: options.shard)
        DispatchQueue.global().async { Gallery.prepare() }
        var scorer = ImageScorer(
            model: AnomalyModel(parameters: model.parameters, kernels: options.kernels),
            threshold: threshold,
            options: options.ingest,
            jobs: options.jobs,
            pictures: FlaggedPictures(
                options.pictures,
                model: model.parameters,
                threshold: threshold,
                kernels: options.kernels
            )
        )
        scorer.isAlone = walk.isSingle
        let settings = options.settings(rate: rate, version: version)
        func begin() throws -> ScanCourse {
            try self.begin(session, with: scorer, settings: settings, started: started)
        }
        var course: ScanCourse
        var interrupted = false
        if session == nil {
            // Nothing has to be known before the first images are scored.
            var begun: ScanCourse?
            interrupted = try await go(through: inputs, by: scorer, known: nil) { taken in
                if begun == nil { begun = try begin() }
                try begun?.deliver(taken)
            }
            course = try begun ?? begin()
        } else {
            course = try begin()
        }
        var summary: RunSummary
        do {
            if session != nil {
                interrupted = try await go(
                    through: inputs,
                    by: scorer,
                    known: course.memory?.known
                ) { taken in try course.deliver(taken) }
            }
            let writer = course.writer
            try course.memory?.store(after: writer)
            summary = options.summary(
                of: writer.tally,
                command: "scan",
                version: version,
                model: course.model,
                of: model,
                threshold: threshold,
                started: started,
                interrupted: interrupted
            )
            summary.settings = settings.description
            summary.shard = options.shard.map { shard in
                .init(
                    index: shard.index,
                    count: shard.count,
                    inputs: options.ingest.roots.map { course.lines[$0] ?? 0 },
                    normals: model.parameters.conformal.scores,
                    files: options.ingest.walk.choice
                )
            }
            summary.drift = ScoreDrift(
                of: course.fresh.scores,
                against: model.parameters.conformal
            ).map(RunSummary.Drift.init)
            if session != nil {
                summary.fresh = course.fresh.counts
                summary.deferred = course.deferred
                summary.exitStatus = options.exitStatus(course.fresh.counts, interrupted)
                try course.memory?.tell(&summary, counts: course.counts)
            }
            try writer.finish(summary, exports: options.exports)
        } catch {
            let (counts, writer) = (course.counts, course.writer)
            course.memory?.stop(counts, report: writer)
            throw error
        }
        try course.memory?.finish(summary, counts: course.counts)
        return summary
    }

    /// Opens ledger and report, once the model is known to be whole.
    private func begin(
        _ session: LedgerSession?,
        with scorer: ImageScorer,
        settings: SHA256Digest,
        started: Date
    ) throws -> ScanCourse {
        let model = try identity()
        var memory = try session.map {
            try RunMemory(
                $0,
                model: model,
                settings: settings,
                options: options,
                started: started
            )
        }
        do {
            let writer = try ReportWriter(
                path: options.reportPath,
                model: model,
                goesOn: memory != nil
            )
            return ScanCourse(
                writer: writer,
                model: model,
                memory: memory,
                scorer: scorer,
                events: events
            )
        } catch {
            memory?.stop(RunCounts(), report: nil)
            throw error
        }
    }

    /// Takes all inputs; whether that was interrupted.
    private func go(
        through inputs: some Sequence<WalkEntry>,
        by scorer: ImageScorer,
        known: KnownInputs?,
        deliver: (TakenInput) throws -> Void
    ) async throws -> Bool {
        do {
            try await forEachOrdered(
                inputs,
                jobs: options.jobs,
                transform: { entry in scorer.take(entry, known: known) },
                deliver: { taken in try deliver(taken) }
            )
            return false
        } catch is CancellationError {
            return true
        }
    }
}

extension ScanOptions {
    /// The summary of a run that ends now.
    func summary(
        of tally: RunTally,
        command: String,
        version: String,
        model: ModelIdentity,
        of stored: StoredModel,
        threshold: ConformalThreshold,
        started: Date,
        interrupted: Bool
    ) -> RunSummary {
        let normals = stored.parameters.conformal.scores
        var summary = RunSummary(
            version: version,
            command: command,
            model: model,
            tally: tally,
            threshold: threshold.value,
            falseAlarmRate: threshold.wantedRate,
            calibration: .init(
                normals: normals.count,
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
        summary.modelCard = ModelSummary(stored)
        summary.roots = ingest.roots.map(\.description)
        summary.histogram = ScoreHistogram(
            images: tally.scores,
            normals: normals,
            threshold: threshold.value
        )
        summary.legend = HeatLegend(
            calibration: stored.parameters.conformal,
            threshold: threshold
        )
        return summary
    }

    /// A digest of what decides records beside input and model.
    func settings(rate: Double, version: String) -> SHA256Digest {
        let limits = ingest.limits
        let parts = [
            "schema \(ReportSchema.version)", "version \(version)", "rate \(rate)",
            "arithmetic \(kernels.arithmetic)", "pictures \(pictures.rawValue)",
            "damage \(ingest.damage.rawValue)",
            "limits \(limits.maximumBytes) \(limits.maximumPixels) \(limits.maximumSide) "
                + "\(limits.maximumScans) \(limits.maximumSeconds)",
        ]
        return SHA256Digest(of: Array(parts.joined(separator: "\n").utf8))
    }
}

extension RunSummary.Drift {
    init(_ drift: ScoreDrift) {
        self.init(
            images: drift.images,
            statistic: drift.statistic,
            higher: drift.isHigher,
            pValue: drift.pValue,
            smallShare: drift.smallShare,
            smallPValue: ScoreDrift.smallPValue,
            suspected: drift.isSuspected
        )
    }
}

/// A sequence whose first two elements were looked at.
struct PeekedSequence<Base: IteratorProtocol>: Sequence, IteratorProtocol {
    private var first: Base.Element?
    private var second: Base.Element?
    private var base: Base

    init(_ base: Base) {
        self.base = base
        first = self.base.next()
        second = first == nil ? nil : self.base.next()
    }

    /// Whether there is no element at all.
    var isEmpty: Bool { first == nil }
    /// Whether there is one element.
    var isSingle: Bool { first != nil && second == nil }

    mutating func next() -> Base.Element? {
        guard let element = first else { return nil }
        first = second
        second = second == nil ? nil : base.next()
        return element
    }
}
