public import Files

/// Why a report can't be written; what was written before is kept.
public enum ReportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The system refused: disk full, no permission, something else in the way.
    case file(FileError)
    /// The folder holds a file of a report's name that no report wrote.
    case foreignFile(path: String)
    /// The folder holds no report.
    case notAReport(path: String)
    /// A file of a report does not say what it should.
    case unreadableRecord(path: String)
    /// Another run is writing to the folder.
    case busy(folder: String)
    /// The folder was removed, renamed or replaced while the run was writing to it.
    case displaced(folder: String)
    /// A record holds something that has no place in JSON.
    case invalidRecord(what: String, reason: String)
    /// A folder or file is not that of a finished report, or was changed by others.
    case unusableReport(path: String, reason: String)

    /// One line for a person: what, where, why, and what to do.
    public var description: String {
        switch self {
        case .file(let error):
            "report: \(error)"
        case .foreignFile(let path):
            "report: \(path) exists and is not from a Residua report; "
                + "choose another report folder or move it away"
        case .notAReport(let path):
            "report: \(path) is not the folder of a Residua report; "
                + "give the folder that was --report of a scan"
        case .unreadableRecord(let path):
            "report: \(path) is damaged or of another version; scan again to write it anew"
        case .busy(let folder):
            "report: another run is writing to \(folder); wait for it or choose another folder"
        case .displaced(let folder):
            "report: \(folder) was removed, renamed or replaced during the run; "
                + "run again to write the report anew"
        case .invalidRecord(let what, let reason):
            "report: the record of \(what) can't be written: \(reason)"
        case .unusableReport(let path, let reason):
            "report: \(path) can't be read: \(reason)"
        }
    }
}
