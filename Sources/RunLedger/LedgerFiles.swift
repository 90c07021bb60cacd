internal import Files

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The database file with the files that SQLite puts beside it.
///
/// Never opens the database file: closing it again would drop the locks that SQLite holds on it
/// elsewhere in this program.
struct LedgerFiles {
    /// Tells files apart whatever their names are.
    struct Identity: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    /// The path that SQLite is given: links are resolved, as SQLite puts its files beside the
    /// target, and it starts with `/` or `./`, as SQLite gives some other names a meaning.
    let path: String

    private static let companions = ["-wal", "-shm", "-journal"]

    init(_ path: String) {
        let plain = path.hasPrefix("/") ? path : "./\(path)"
        guard let resolved = unsafe realpath(plain, nil) else {
            self.path = plain
            return
        }
        defer { unsafe free(resolved) }
        self.path = unsafe String(validatingCString: resolved) ?? plain
    }

    /// Which file stands at the path; nil when there is none.
    var identity: Identity? {
        status(of: path).map {
            Identity(
                device: UInt64(truncatingIfNeeded: $0.st_dev),
                inode: UInt64(truncatingIfNeeded: $0.st_ino)
            )
        }
    }

    /// Whether anything is at the path, and if so, that it is a file.
    ///
    /// - Throws: ``LedgerError`` when it is something else: opening a pipe would wait forever.
    func isThere() throws(LedgerError) -> Bool {
        guard let status = status(of: path) else {
            if errno == ENOENT { return false }
            throw .file(FileError(operation: .open, path: path, code: errno))
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return true
        case S_IFDIR: throw .notALedger(path: path, detail: "it is a folder")
        default: throw .notALedger(path: path, detail: "it is a pipe, socket or device")
        }
    }

    /// Whether a program that used the database ended before it could tidy up.
    var hasLeftovers: Bool {
        (status(of: path + "-wal")?.st_size ?? 0) > 0
            || (status(of: path + "-journal")?.st_size ?? 0) > 0
    }

    /// Whether a change to the database was begun and is to be undone first.
    var hasJournal: Bool { (status(of: path + "-journal")?.st_size ?? 0) > 0 }

    /// What the system says against using the file; nil when it seems to allow it.
    func obstacle(writing: Bool) -> FileError? {
        let exists = status(of: path) != nil
        if exists, unsafe access(path, writing ? R_OK | W_OK : R_OK) != 0 {
            return FileError(operation: .open, path: path, code: errno)
        }
        // SQLite creates its files beside the database, also to read it.
        if unsafe access(Folder(containing: path).path, W_OK | X_OK) != 0 {
            return FileError(operation: .create, path: path, code: errno)
        }
        return nil
    }

    /// Renames the database and its companions to the first names that are free.
    ///
    /// - Returns: The new path of the database.
    /// - Throws: ``FileError`` when the system refuses.
    func setAside() throws(FileError) -> String {
        var number = 1
        while isTaken("\(path).damaged-\(number)") { number += 1 }
        let target = "\(path).damaged-\(number)"
        // The database first: were it left without its log, what was in there would be lost
        // without a trace; a log without database is ignored.
        guard unsafe rename(path, target) == 0 else {
            throw FileError(operation: .rename, path: path, code: errno)
        }
        for companion in Self.companions
        where unsafe rename(path + companion, target + companion) != 0 {
            if errno != ENOENT {
                throw FileError(operation: .rename, path: path + companion, code: errno)
            }
        }
        Folder(containing: path).synchronize()
        return target
    }

    private func isTaken(_ name: String) -> Bool {
        ([""] + Self.companions).contains { suffix in
            var status = stat()
            return unsafe lstat(name + suffix, &status) == 0
        }
    }

    private func status(of path: String) -> stat? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status : nil
    }
}
