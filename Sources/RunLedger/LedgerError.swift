public import Files

/// The ledger or its lock could not be used.
public enum LedgerError: Error, Sendable, Equatable {
    /// There is no ledger to read.
    case missing(path: String)
    /// Something else stands at the path and was left as it is.
    case notALedger(path: String, detail: String)
    /// A later version of the program made the ledger.
    case newerVersion(path: String, found: Int, supported: Int)
    /// The file's content contradicts itself.
    ///
    /// Only where a damaged ledger may not be set aside; see ``Ledger/Access``.
    case damaged(path: String, detail: String)
    /// There is no space left.
    case diskFull(path: String)
    /// The ledger was opened for reading, or lies on a disk that can't be written.
    case readOnly(path: String)
    /// Another program kept the database locked for too long.
    case busy(path: String)
    /// The file system lacks what a shared database needs, for instance locks.
    case unsuitableFileSystem(path: String, detail: String)
    /// What was to be stored contradicts the ledger's rules; nothing was stored.
    case refused(path: String, detail: String)
    /// The disk or the database library failed.
    case failed(path: String, code: Int, detail: String)
    /// The ledger was closed before.
    case closed(path: String)
    /// Another run holds the lock.
    case held(path: String, by: LockHolder?)
    /// The system refused to do something with a file.
    case file(FileError)
}

extension LedgerError: CustomStringConvertible {
    /// One line for a person: what, where, why, and what to do about it.
    public var description: String {
        switch self {
        case .missing(let path):
            "there is no ledger at \(path); check the path, or run a scan that keeps a ledger"
        case .notALedger(let path, let detail):
            "\(path) is not a ledger of Residua (\(detail)) and was left as it is; "
                + "name another file or move this one away"
        case .newerVersion(let path, let found, let supported):
            "the ledger \(path) has format \(found), and this program knows formats up to "
                + "\(supported); use the newer Residua that wrote it, or name another file"
        case .damaged(let path, let detail):
            "the ledger \(path) is damaged (\(detail)); "
                + "the next scan sets it aside and begins a new one"
        case .diskFull(let path):
            "can't write the ledger \(path): no space left; "
                + "free some space or choose a place on another disk"
        case .readOnly(let path):
            "can't write the ledger \(path): it is read-only; "
                + "check its owner and permissions or choose another place"
        case .busy(let path):
            "the ledger \(path) is locked by another program; "
                + "wait for it to end, or find it with: fuser \(path)"
        case .unsuitableFileSystem(let path, let detail):
            "the file system of \(path) can't hold a ledger (\(detail)); "
                + "put the ledger on a local disk"
        case .refused(let path, let detail):
            "the ledger \(path) refused what was to be stored: \(detail)"
        case .failed(let path, let code, let detail):
            "can't use the ledger \(path): \(detail) (SQLite code \(code)); "
                + "check the disk, then try again"
        case .closed(let path):
            "the ledger \(path) was closed before"
        case .held(let path, let holder):
            holder.map {
                "another run is at work: \($0.command), process \($0.processIdentifier) on "
                    + "\($0.host) since \($0.startTime); wait for it to end (lock: \(path))"
            } ?? "another run is at work; wait for it to end (lock: \(path))"
        case .file(let error):
            error.description
        }
    }
}
