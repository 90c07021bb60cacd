internal import Files
internal import GRDB

extension LedgerError {
    /// Says in the ledger's own words what went wrong in the database.
    init(_ error: any Error, files: LedgerFiles, writing: Bool) {
        let path = files.path
        if let error = error as? LedgerError {
            self = error
            return
        }
        if let error = error as? FileError {
            self = .file(error)
            return
        }
        if let reason = LedgerDatabase.damage(in: error) {
            self = .damaged(path: path, detail: reason)
            return
        }
        guard let error = error as? DatabaseError else {
            self = .failed(path: path, code: 0, detail: "\(error)")
            return
        }
        let code = error.extendedResultCode
        let detail = error.message ?? "no reason given"
        switch code {
        case .SQLITE_FULL:
            self = .diskFull(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self = .busy(path: path)
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG:
            self = .refused(path: path, detail: detail)
        case .SQLITE_READONLY_DBMOVED:
            self = .failed(
                path: path,
                code: Int(code.rawValue),
                detail: "the file was moved or removed while in use"
            )
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_READONLY:
            if let obstacle = files.obstacle(writing: writing) {
                self = .file(obstacle)
            } else if code ~= .SQLITE_READONLY || error.resultCode == .SQLITE_READONLY {
                self = .readOnly(path: path)
            } else {
                self = .failed(path: path, code: Int(code.rawValue), detail: detail)
            }
        case .SQLITE_IOERR_LOCK, .SQLITE_IOERR_UNLOCK, .SQLITE_IOERR_RDLOCK,
            .SQLITE_IOERR_CHECKRESERVEDLOCK, .SQLITE_IOERR_SHMOPEN, .SQLITE_IOERR_SHMMAP,
            .SQLITE_IOERR_SHMLOCK, .SQLITE_IOERR_SHMSIZE, .SQLITE_PROTOCOL:
            self = .unsuitableFileSystem(path: path, detail: detail)
        case .SQLITE_MISUSE:
            self = .closed(path: path)
        default:
            self = .failed(path: path, code: Int(code.rawValue), detail: detail)
        }
    }
}
