public import Files

/// Writes the report folder of one run.
///
/// Records are written in the order of the calls. After an error everything written before
/// is whole and stays; `run.json` exists only when ``finish(_:)`` came to its end.
public final class ReportWriter {
    /// The report folder.
    public let folder: Folder
    /// What was written so far.
    public private(set) var tally = RunTally()
    private let model: ModelIdentity
    private var identifiers = ImageIdentifiers()
    private var lines: OutputFile
    /// Open for its lock as long as the writer exists.
    private let marker: OutputFile

    /// Creates the folder or takes over one that holds an older report, which is removed.
    ///
    /// Files that no report wrote are left alone.
    ///
    /// - Parameters:
    ///   - path: The report folder.
    ///   - model: The model of the run, for the flagged images' reports.
    /// - Throws: ``ReportError`` when the folder can't be written, holds other files under a
    ///   report's names, or is in use by another run.
    public convenience init(path: String, model: ModelIdentity) throws(ReportError) {
        try self.init(path: path, model: model) { path throws(FileError) in
            try OutputFile(path, mode: .new)
        }
    }

    /// Creates a writer whose lines go into the file that `openLines` opens.
    package init(
        path: String,
        model: ModelIdentity,
        openLines: (String) throws(FileError) -> OutputFile
    ) throws(ReportError) {
        folder = Folder(path)
        self.model = model
        do throws(FileError) {
            try folder.create()
        } catch {
            throw .file(error)
        }
        if !folder.contains(ReportFolder.marker) { try Self.refuseForeignFiles(in: folder) }
        let locked: Bool
        do throws(FileError) {
            marker = try OutputFile(folder.path(of: ReportFolder.marker), mode: .keeping)
            locked = try marker.tryLock()
        } catch {
            throw .file(error)
        }
        guard locked else { throw .busy(folder: folder.path) }
        do throws(FileError) {
            try ReportFolder.removeReport(from: folder)
            lines = try openLines(folder.path(of: ReportFolder.lines))
        } catch {
            throw .file(error)
        }
    }

    /// Writes one input's record: a flagged image's folder first, then the line.
    ///
    /// - Parameters:
    ///   - record: The record; a flagged image's `id` is set here.
    ///   - pictures: Encoded PNG files for a flagged image's folder; none otherwise.
    /// - Returns: The record as written.
    /// - Throws: ``ReportError``; the record is then not in `images.jsonl`.
    @discardableResult
    public func append(
        _ record: ImageRecord,
        pictures: [FlaggedPicture: [UInt8]] = [:]
    ) throws(ReportError) -> ImageRecord {
        precondition(
            record.status == .flagged || pictures.isEmpty,
            "only flagged images have pictures"
        )
        var record = record
        if record.status == .flagged {
            let id = identifiers.identifier(for: record.path)
            record.id = id
            try writeFlagged(record, id: id, pictures: pictures)
        }
        let line = try ReportJSON.line(record, what: record.path)
        do throws(FileError) {
            try lines.append(line)
        } catch {
            throw .file(error)
        }
        tally.add(record)
        return record
    }

    /// Writes `metrics.json`.
    ///
    /// - Throws: ``ReportError``; there is then no `metrics.json`.
    public func write(_ metrics: EvaluationReport) throws(ReportError) {
        let bytes = try ReportJSON.document(metrics, what: ReportFolder.metrics)
        try write(bytes, to: ReportFolder.metrics, in: folder, durability: .synchronized)
    }

    /// Ends the report with `run.json`, after all lines are on the disk.
    ///
    /// - Throws: ``ReportError``; there is then no `run.json`.
    public func finish(_ summary: RunSummary) throws(ReportError) {
        let bytes = try ReportJSON.document(summary, what: ReportFolder.summary)
        do throws(FileError) {
            try lines.synchronize()
        } catch {
            throw .file(error)
        }
        try write(bytes, to: ReportFolder.summary, in: folder, durability: .synchronized)
    }

    /// Writes a flagged image's folder; its report comes last, so that a report is complete.
    private func writeFlagged(
        _ record: ImageRecord,
        id: String,
        pictures: [FlaggedPicture: [UInt8]]
    ) throws(ReportError) {
        let names = pictures.keys.sorted()
        let report = FlaggedReport(record: record, model: model, pictures: names)
        let bytes = try ReportJSON.document(report, what: record.path)
        let flagged = folder.folder(ReportFolder.flagged)
        let image = flagged.folder(id)
        do throws(FileError) {
            try flagged.createHere()
            try image.createHere()
        } catch {
            throw .file(error)
        }
        for name in names {
            try write(pictures[name] ?? [], to: name.fileName, in: image, durability: .buffered)
        }
        try write(bytes, to: ReportFolder.flaggedReport, in: image, durability: .buffered)
    }

    private func write(
        _ bytes: [UInt8],
        to name: String,
        in folder: Folder,
        durability: AtomicFile.Durability
    ) throws(ReportError) {
        do throws(FileError) {
            try AtomicFile.write(bytes, to: folder.path(of: name), durability: durability)
        } catch {
            throw .file(error)
        }
    }

    private static func refuseForeignFiles(in folder: Folder) throws(ReportError) {
        let names = [
            ReportFolder.summary, ReportFolder.lines, ReportFolder.metrics, ReportFolder.flagged,
        ]
        for name in names where folder.contains(name) {
            throw .foreignFile(path: folder.path(of: name))
        }
    }
}
