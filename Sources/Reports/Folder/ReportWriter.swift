public import Files

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Writes the report folder of one run.
///
/// Records are written in the order of the calls. After an error everything written before
/// is whole and stays; `run.json` exists only when ``finish(_:)`` came to its end.
///
/// A report is written from the start, or it goes on from an older one in the folder: then flagged
/// images' folders stay until the end of the run, for ``keep(_:)`` to take over.
///
/// All files are on the disk before `run.json` is: after a power failure, a report with a `run.json`
/// is whole. What was written so far is on the disk after ``synchronize()``.
public final class ReportWriter {
    /// The report folder.
    public let folder: Folder
    /// What was written so far.
    public private(set) var tally: RunTally
    private let model: ModelIdentity
    private var identifiers = ImageIdentifiers()
    private let goesOn: Bool
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
    ///   - goesOn: Whether flagged images' folders of the older report stay until the end.
    /// - Throws: ``ReportError`` when the folder can't be written, holds other files under a
    ///   report's names, or is in use by another run.
    public convenience init(
        path: String,
        model: ModelIdentity,
        goesOn: Bool = false
    ) throws(ReportError) {
        try self.init(path: path, model: model, goesOn: goesOn, keepsScores: true)
    }

    /// Creates a writer whose ``tally`` may do without scores, so that it takes the same memory for any number of them.
    package convenience init(
        path: String,
        model: ModelIdentity,
        goesOn: Bool = false,
        keepsScores: Bool
    ) throws(ReportError) {
        try self.init(
            path: path,
            model: model,
            goesOn: goesOn,
            keepsScores: keepsScores
        ) { path throws(FileError) in
            try OutputFile(path, mode: .new)
        }
    }

    /// Creates a writer whose lines go into the file that `openLines` opens.
    package init(
        path: String,
        model: ModelIdentity,
        goesOn: Bool = false,
        keepsScores: Bool = true,
        openLines: (String) throws(FileError) -> OutputFile
    ) throws(ReportError) {
        folder = Folder(path)
        self.model = model
        self.goesOn = goesOn
        tally = RunTally(keepsScores: keepsScores)
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
            try ReportFolder.removeReport(from: folder, keepingFlagged: goesOn)
            lines = try openLines(folder.path(of: ReportFolder.lines))
        } catch {
            throw .file(error)
        }
    }

    /// Writes one input's record: a flagged image's folder first, then the line.
    ///
    /// - Parameters:
    ///   - record: The record; its model and a flagged image's `id` and links are set here.
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
        try checkPlace()
        var record = record
        record.modelSHA256 = model.sha256
        if record.status == .flagged {
            let id = identifiers.identifier(for: record.path)
            record.id = id
            record.links = .init(id: id, pictures: pictures.keys.sorted())
            try writeFlagged(record, id: id, pictures: pictures)
        }
        try writeLine(record)
        return record
    }

    /// Lines in a folder that was taken away are lost, however well they are written.
    private func checkPlace() throws(ReportError) {
        guard lines.isInPlace else { throw .displaced(folder: folder.path) }
    }

    /// Takes over a line of another report as it is.
    ///
    /// - Parameters:
    ///   - line: Without its end; never of a flagged image, which needs a folder.
    ///   - record: What the line says.
    /// - Throws: ``ReportError``; the line is then not in `images.jsonl`.
    package func append(_ line: [UInt8], of record: RecordOutline) throws(ReportError) {
        precondition(record.status != .flagged, "a flagged image has a folder")
        try checkPlace()
        try write(line + [UInt8(ascii: "\n")], of: record)
    }

    private func writeLine(_ record: ImageRecord) throws(ReportError) {
        try write(try ReportJSON.line(record, what: record.path), of: RecordOutline(record))
    }

    private func write(_ line: [UInt8], of record: RecordOutline) throws(ReportError) {
        do throws(FileError) {
            try lines.append(line)
        } catch {
            throw .file(error)
        }
        tally.add(record)
    }

    /// Whether the folder of an image that an earlier run flagged is whole and says the same.
    ///
    /// Safe to call from any thread.
    ///
    /// - Parameters:
    ///   - record: The record as the earlier run wrote it.
    ///   - model: The model of this run.
    ///   - folder: The report folder.
    /// - Returns: Whether ``keep(_:)`` may take it over; records that are not flagged have no folder.
    public static func isKept(
        _ record: ImageRecord,
        model: ModelIdentity,
        in folder: Folder
    ) -> Bool {
        guard record.status == .flagged else { return true }
        guard let id = record.id else { return false }
        let image = folder.folder(ReportFolder.flagged).folder(id)
        let path = image.path(of: ReportFolder.flaggedReport)
        guard let found = try? InputFile.read(path, limit: 1 << 24),
            let report = try? ReportJSON.decode(FlaggedReport.self, from: found)
        else { return false }
        // Written by the same model about the same content, it stands for the pictures beside it.
        return report.model == model && report.record == record
            && report.pictures.allSatisfy { image.contains($0.fileName) }
    }

    /// Takes over the record of an earlier run, and with it the folder of a flagged image.
    ///
    /// - Parameter record: As the earlier run wrote it; ``isKept(_:model:in:)``.
    /// - Returns: Whether it was taken over; not where another image has its `id` in this run.
    /// - Throws: ``ReportError``; the record is then not in `images.jsonl`.
    public func keep(_ record: ImageRecord) throws(ReportError) -> Bool {
        precondition(goesOn, "nothing is kept in a report that starts anew")
        try checkPlace()
        if record.status == .flagged {
            guard record.id == identifiers.next(for: record.path) else { return false }
            _ = identifiers.identifier(for: record.path)
        }
        try writeLine(record)
        return true
    }

    /// Waits until everything that was written is on the disk, for a ledger to speak of it.
    ///
    /// - Throws: ``ReportError`` when the system could not store it.
    public func synchronize() throws(ReportError) {
        do throws(FileError) {
            try lines.synchronize()
            // Open since before the first file was written, so that it hears of all errors.
            try marker.synchronizeFileSystem()
        } catch {
            throw .file(error)
        }
        folder.folder(ReportFolder.flagged).synchronize()
    }

    /// Writes `metrics.json`.
    ///
    /// - Throws: ``ReportError``; there is then no `metrics.json`.
    public func write(_ metrics: EvaluationReport) throws(ReportError) {
        let bytes = try ReportJSON.document(metrics, what: ReportFolder.metrics)
        try write(bytes, to: ReportFolder.metrics, in: folder)
    }

    /// Ends the report with exports, the page and `run.json`, after all else is on the disk.
    ///
    /// Folders of images that this run has not flagged go, unless it was interrupted and has not seen all.
    ///
    /// - Parameters:
    ///   - summary: What `run.json` says.
    ///   - exports: The other forms to write the report in as well, before `run.json`.
    /// - Throws: ``ReportError``; there is then no `run.json`.
    public func finish(
        _ summary: RunSummary,
        exports: Set<ExportFormat> = []
    ) throws(ReportError) {
        let bytes = try ReportJSON.document(summary, what: ReportFolder.summary)
        do throws(FileError) {
            try lines.synchronize()
        } catch {
            throw .file(error)
        }
        try checkPlace()
        do throws(FileError) {
            if goesOn, !summary.interrupted {
                try ReportFolder.removeFlagged(from: folder) { !identifiers.isTaken($0) }
            }
            if !exports.contains(.prometheus) {
                try folder.remove(ExportFormat.prometheus.fileName)
            }
        } catch {
            throw .file(error)
        }
        let export = ReportExport(summary: summary, folder: folder)
        for format in ExportFormat.allCases where exports.contains(format) {
            try export.write(format, to: folder.path(of: format.fileName))
        }
        try writePage(summary: bytes)
        try synchronize()
        try write(bytes, to: ReportFolder.summary, in: folder)
        Folder(containing: folder.path).synchronize()
    }

    /// Writes `index.html` from what `run.json` will say, so that it can be made anew from that.
    private func writePage(summary bytes: [UInt8]) throws(ReportError) {
        let summary: RunSummary
        do {
            summary = try ReportJSON.decode(RunSummary.self, from: bytes)
        } catch {
            throw .invalidRecord(what: ReportFolder.summary, reason: "\(error)")
        }
        let page = try Gallery.render(folder, summary: summary)
        try write(page, to: ReportFolder.page, in: folder)
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
            if goesOn {
                try image.remove(ReportFolder.flaggedReport)
                for file in try image.names() {
                    if let picture = FlaggedPicture(fileName: file), pictures[picture] == nil {
                        try image.remove(file)
                    }
                }
            }
        } catch {
            throw .file(error)
        }
        for name in names {
            try write(pictures[name] ?? [], to: name.fileName, in: image, durability: .grouped)
        }
        try write(bytes, to: ReportFolder.flaggedReport, in: image, durability: .grouped)
    }

    private func write(
        _ bytes: [UInt8],
        to name: String,
        in folder: Folder,
        durability: AtomicFile.Durability = .synchronized
    ) throws(ReportError) {
        do throws(FileError) {
            try AtomicFile.write(bytes, to: folder.path(of: name), durability: durability)
        } catch {
            throw .file(error)
        }
    }

    private static func refuseForeignFiles(in folder: Folder) throws(ReportError) {
        let names =
            [
                ReportFolder.summary, ReportFolder.page, ReportFolder.lines,
                ReportFolder.metrics,
                ReportFolder.flagged,
            ] + ExportFormat.allCases.map(\.fileName)
        for name in names where folder.contains(name) {
            throw .foreignFile(path: folder.path(of: name))
        }
    }
}
