internal import Files

/// Writes a finished report in other forms.
///
/// Records are read and written one by one: a report of any length takes the same memory.
public struct ReportExport: Sendable {
    /// What the run did as a whole.
    public let summary: RunSummary
    private let folder: Folder

    /// Pieces are put together up to this size.
    private static let pieceBytes = 1 << 16

    /// Opens the folder of a finished report.
    ///
    /// - Throws: ``ReportError/unusableReport(path:reason:)`` when it has no readable `run.json`.
    public init(folder path: String) throws(ReportError) {
        folder = Folder(path)
        let file = folder.path(of: ReportFolder.summary)
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try InputFile.read(file, limit: 1 << 24)
        } catch {
            throw .unusableReport(
                path: file,
                reason: "\(error.reason); name the folder of a report that a run has finished"
            )
        }
        do {
            summary = try ReportJSON.decode(RunSummary.self, from: bytes)
        } catch {
            throw .unusableReport(path: file, reason: "it is not as a run wrote it")
        }
    }

    /// Names a report whose summary is not written yet.
    init(summary: RunSummary, folder: Folder) {
        self.summary = summary
        self.folder = folder
    }

    /// Writes the report in another form to a file, all of it or nothing.
    ///
    /// Of Prometheus metrics, the time of the last success is kept where this run is none.
    ///
    /// - Throws: ``ReportError``; the file is then as it was before.
    public func write(_ format: ExportFormat, to path: String) throws(ReportError) {
        if format == .prometheus {
            return try RunMetrics(summary, name: RunMetrics.name(of: path)).write(to: path)
        }
        do {
            try AtomicFile.write(to: path) { file in
                try write(format) { piece in try file.append(piece) }
            }
        } catch {
            throw ReportError(error)
        }
    }

    /// Writes the report in another form, piece by piece.
    ///
    /// - Parameters:
    ///   - format: The form.
    ///   - output: Takes the pieces in their order.
    /// - Throws: ``ReportError`` when the report can't be read; what `output` throws.
    public func write(
        _ format: ExportFormat,
        output: (_ piece: [UInt8]) throws -> Void
    ) throws {
        switch format {
        case .csv: try write(CSVExport(), output)
        case .sarif: try write(SARIFExport(summary: summary), output)
        case .junit: try write(JUnitExport(summary: summary), output)
        case .prometheus:
            let name = RunMetrics.name(of: ExportFormat.prometheus.fileName)
            try output(Array(RunMetrics(summary, name: name).text().utf8))
        }
    }

    private func write(
        _ export: some RecordExport,
        _ output: ([UInt8]) throws -> Void
    ) throws {
        var export = export
        var piece = try export.opening()
        let path = folder.path(of: ReportFolder.lines)
        var lines = try InputLines(path, limit: 1 << 24)
        var number = 0
        while let line = try lines.next() {
            number += 1
            guard let record = try? ReportJSON.decode(ImageRecord.self, from: line) else {
                throw ReportError.unusableReport(
                    path: path,
                    reason: "line \(number) is not as a run wrote it"
                )
            }
            piece += try export.bytes(for: record)
            if piece.count >= Self.pieceBytes {
                try output(piece)
                piece = []
            }
        }
        try output(piece + export.closing())
    }
}

extension ReportError {
    /// An error on the way of a report's export.
    init(_ error: any Error) {
        switch error {
        case let error as ReportError: self = error
        case let error as FileError: self = .file(error)
        default: self = .invalidRecord(what: "the export", reason: "\(error)")
        }
    }
}
