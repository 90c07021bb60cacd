internal import Files
public import Reports
internal import Scoring

/// Joins the reports of shards into one that equals that of a run without shards.
///
/// `images.jsonl` and `flagged/` have the same bytes, and `run.json` says the same but for times and jobs. Memory grows
/// with flagged images alone, some hundred bytes each, and files are open only while they are read, whatever the number of shards.
public struct ShardMerge: Sendable {
    private let folders: [String]
    private let options: MergeOptions
    private let allowsMissing: Bool
    private let version: String
    private let events: @Sendable (ImageRecord) -> Void

    /// Creates a run.
    ///
    /// - Parameters:
    ///   - folders: The shards' report folders, at least one, in any order.
    ///   - options: Where the report goes.
    ///   - allowsMissing: Whether some shards may be missing; `run.json` then says so.
    ///   - version: The version of the program.
    ///   - events: Hears of flagged and failed records as they are written.
    public init(
        _ folders: [String],
        options: MergeOptions,
        allowsMissing: Bool = false,
        version: String,
        events: @escaping @Sendable (ImageRecord) -> Void = { _ in }
    ) {
        precondition(!folders.isEmpty, "there are reports to join")
        self.folders = folders
        self.options = options
        self.allowsMissing = allowsMissing
        self.version = version
        self.events = events
    }

    /// Joins the reports.
    ///
    /// - Returns: The summary, as written to `run.json`.
    /// - Throws: ``MergeError`` where the reports can't be joined, before anything is written as far as it can be told;
    ///   `ReportError` where the report can't be written; `CancellationError` when the task is cancelled.
    public func run() throws -> RunSummary {
        let shards = try ShardReports(folders, version: version)
        if !allowsMissing, !shards.missing.isEmpty {
            throw MergeError.missing(shards.missing, count: shards.common.shard?.count ?? 0)
        }
        try options.refuseOutput(among: folders)
        guard let part = shards.common.shard,
            let calibration = try? ConformalCalibration(scores: part.normals)
        else {
            throw MergeError.unusable(
                folders[0],
                reason: "its run.json has no scores of normal images; scan again"
            )
        }
        var report = try MergedReport(
            options,
            model: shards.common.model,
            calibration: calibration,
            events: events
        )
        try join(shards, into: &report)
        return try report.finish(
            summary(of: report.tally, shards: shards),
            comparesScores: shards.fresh.map { $0 == report.tally.counts } ?? true
        )
    }

    private func join(_ shards: ShardReports, into report: inout MergedReport) throws {
        let chunk = RecordMerge.chunk(of: shards.reports.count)
        var merge = RecordMerge(
            shards.reports.map { shard in
                RecordSource(
                    shard.folder.path(of: ReportFolder.lines),
                    model: shards.common.model.sha256,
                    shard: shard.shard,
                    limit: 1 << 24,
                    chunk: chunk
                )
            }
        )
        for root in shards.common.roots?.indices ?? 0..<0 {
            try merge.begin { shards.reports[$0].inputs[root] }
            while let item = try merge.next() {
                try Task.checkCancellation()
                let shard = shards.reports[item.source]
                if item.head.outline.status == .flagged {
                    let (record, pictures) = try shard.flagged(item)
                    try report.add(record, pictures: pictures)
                } else {
                    try report.add(item, from: shard.folder.path(of: ReportFolder.lines))
                }
            }
        }
        try merge.requireEnd()
    }

    private func summary(of tally: RunTally, shards: ShardReports) throws -> RunSummary {
        let common = shards.common
        let started = shards.reports.map(\.startedAt).min() ?? common.startedAt
        let finished = shards.reports.map(\.finishedAt).max() ?? common.finishedAt
        let fresh = shards.fresh
        var summary = RunSummary(
            version: version,
            command: "merge",
            model: common.model,
            tally: tally,
            threshold: common.threshold,
            falseAlarmRate: common.falseAlarmRate,
            calibration: common.calibration,
            kernels: Set(shards.reports.map(\.kernels)).sorted().joined(separator: ", "),
            jobs: shards.reports.map(\.jobs).max() ?? common.jobs,
            startedAt: started,
            finishedAt: finished,
            atLeast: shards.reports.map(\.elapsed).max() ?? 0,
            exitStatus: options.exitStatus(fresh ?? tally.counts),
            interrupted: false
        )
        summary.modelCard = common.modelCard
        summary.roots = common.roots
        summary.settings = common.settings
        summary.legend = common.legend
        summary.merged = .init(shards: common.shard?.count ?? 0, missing: shards.missing)
        summary.fresh = fresh
        summary.deferred = shards.deferred
        return summary
    }
}
