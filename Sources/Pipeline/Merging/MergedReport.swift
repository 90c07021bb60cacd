internal import Files
internal import Reports
internal import Scoring

/// A report that is put together from the records of others, in memory that does not grow with their number.
///
/// Names of flagged images are kept, so that no two are the same: some hundred bytes for each.
struct MergedReport: ~Copyable {
    private let writer: ReportWriter
    private var scores: ScoreSpool
    private var comparison: ScoreComparison
    private let exports: Set<ExportFormat>
    private let events: @Sendable (ImageRecord) -> Void

    /// What was written so far.
    var tally: RunTally { writer.tally }

    /// Creates the report folder, or takes it over as a scan does.
    init(
        _ options: MergeOptions,
        model: ModelIdentity,
        calibration: ConformalCalibration,
        events: @escaping @Sendable (ImageRecord) -> Void
    ) throws {
        let writer = try ReportWriter(path: options.reportPath, model: model, keepsScores: false)
        let scores = try Self.storing { () throws(FileError) in
            try ScoreSpool(in: Folder(options.reportPath))
        }
        self.init(
            writer: writer,
            scores: scores,
            comparison: ScoreComparison(with: calibration),
            exports: options.exports,
            events: events
        )
    }

    private init(
        writer: ReportWriter,
        scores: consuming ScoreSpool,
        comparison: ScoreComparison,
        exports: Set<ExportFormat>,
        events: @escaping @Sendable (ImageRecord) -> Void
    ) {
        self.writer = writer
        self.scores = scores
        self.comparison = comparison
        self.exports = exports
        self.events = events
    }

    /// Takes over the line of an image that was not flagged, as it is.
    mutating func add(_ item: RecordMerge.Item, from path: String) throws {
        try writer.append(item.line, of: item.head.outline)
        try count(item.head.outline.score)
        if item.head.outline.status == .failed { events(try item.record(of: path)) }
    }

    /// Writes a record anew, with the pictures of a flagged image.
    ///
    /// - Returns: The record as written.
    @discardableResult
    mutating func add(
        _ record: ImageRecord,
        pictures: [FlaggedPicture: [UInt8]] = [:]
    ) throws -> ImageRecord {
        let written = try writer.append(record, pictures: pictures)
        try count(written.score)
        events(written)
        return written
    }

    /// Ends the report.
    ///
    /// - Parameters:
    ///   - summary: What `run.json` says but for the scores.
    ///   - comparesScores: Whether it says how the scores compare with those of normal images.
    /// - Returns: The summary as written.
    /// - Throws: `ReportError`; there is then no `run.json`.
    mutating func finish(_ summary: RunSummary, comparesScores: Bool) throws -> RunSummary {
        var summary = summary
        let calibration = comparison.calibration
        (summary.scores, summary.histogram) = try Self.storing { () throws(FileError) in
            try scores.summary(normals: calibration.scores, threshold: summary.threshold)
        }
        summary.drift =
            comparesScores ? ScoreDrift(comparison).map(RunSummary.Drift.init) : nil
        try writer.finish(summary, exports: exports)
        return summary
    }

    private mutating func count(_ score: Float?) throws {
        guard let score else { return }
        comparison.add(score)
        try Self.storing { () throws(FileError) in try scores.add(score) }
    }

    private static func storing<Result: ~Copyable>(
        _ store: () throws(FileError) -> Result
    ) throws(ReportError) -> Result {
        do throws(FileError) {
            return try store()
        } catch {
            throw .file(error)
        }
    }
}

extension RecordMerge.Item {
    /// The whole record.
    func record(of path: String) throws(MergeError) -> ImageRecord {
        guard let record = try? ReportJSON.decode(ImageRecord.self, from: line) else {
            throw .unusable(path, reason: "line \(head.number) is no record of an input")
        }
        return record
    }
}

extension MergeOptions {
    /// Refuses a report folder that one of the inputs is: it would be emptied first.
    func refuseOutput(among folders: [String]) throws(MergeError) {
        let output = try? FileStatus(of: RawPath(reportPath), followsLinks: true).identity
        guard let output else { return }
        for folder in folders
        where (try? FileStatus(of: RawPath(folder), followsLinks: true))?.identity == output {
            throw .outputAmongInputs(folder)
        }
    }
}
