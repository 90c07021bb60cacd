package import Files
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Keeps a second run away from a ledger.
///
/// The lock is the system's lock on a file, which ends with the process whatever ends it. The
/// file holds one line about its holder; it is emptied with the lock's release and never
/// removed, so that no two runs can lock two files of one name.
///
/// Where the file system has no locks, the line alone counts: a holder on this machine whose
/// process is alive, or on any other machine, holds the lock. Two runs that start within the
/// same milliseconds may both get it there.
public final class RunLock: Sendable {
    /// The path of the lock's file.
    public let path: String
    /// The run that held the lock and ended without releasing it; nil when the last released it.
    public let previous: LockHolder?
    /// Whether the file system guards the lock.
    public let isSystemLock: Bool
    private let file: Mutex<OutputFile?>

    /// Returns the path of the lock of the ledger at `path`.
    public static func path(forLedger path: String) -> String { "\(path).lock" }

    /// Takes the lock, or fails at once.
    ///
    /// - Parameters:
    ///   - path: The path of the lock's file, created where it doesn't exist.
    ///   - holder: This run.
    /// - Returns: The lock, held until it is released or goes out of use.
    /// - Throws: ``LedgerError/held(path:by:)`` while another run holds it, else
    ///   ``LedgerError/file(_:)``.
    public static func acquire(
        _ path: String,
        as holder: LockHolder
    ) throws(LedgerError) -> RunLock {
        try acquire(path, as: holder) { (file) throws(FileError) in try file.tryLock() }
    }

    /// Takes the lock, with another way to ask the system for it.
    package static func acquire(
        _ path: String,
        as holder: LockHolder,
        tryLock: (borrowing OutputFile) throws(FileError) -> Bool
    ) throws(LedgerError) -> RunLock {
        var file = try open(path)
        let answer = try ask(file, tryLock)
        let previous = holderLine(in: path).flatMap(LockHolder.init(line:))
        switch answer {
        case .locked: break
        case .held: throw .held(path: path, by: previous)
        case .unsupported:
            if let previous, previous.mayBeAlive(seenFrom: holder.host) {
                throw .held(path: path, by: previous)
            }
        }
        let line = holder.line
        do {
            try file.replaceContents(with: line)
        } catch {
            throw .file(error)
        }
        if answer == .unsupported, let actual = holderLine(in: path), actual != line {
            throw .held(path: path, by: LockHolder(line: actual))
        }
        return RunLock(path, file, previous: previous, isSystemLock: answer == .locked)
    }

    private init(
        _ path: String,
        _ file: consuming OutputFile,
        previous: LockHolder?,
        isSystemLock: Bool
    ) {
        self.path = path
        self.previous = previous
        self.isSystemLock = isSystemLock
        self.file = Mutex(file)
    }

    deinit { release() }

    /// Gives the lock back; doing it again changes nothing.
    public func release() {
        file.withLock { file in
            // Emptied before it is closed: afterwards it may be another run's.
            if var held = file.take() { try? held.replaceContents(with: []) }
        }
    }

    private enum Answer { case locked, held, unsupported }

    private static func open(_ path: String) throws(LedgerError) -> OutputFile {
        do {
            return try OutputFile(path, mode: .keeping)
        } catch {
            throw .file(error)
        }
    }

    private static func ask(
        _ file: borrowing OutputFile,
        _ tryLock: (borrowing OutputFile) throws(FileError) -> Bool
    ) throws(LedgerError) -> Answer {
        do {
            return try tryLock(file) ? .locked : .held
        } catch {
            switch error.code {
            case ENOLCK, ENOSYS, ENOTSUP, EOPNOTSUPP: return .unsupported
            default: throw .file(error)
            }
        }
    }

    private static func holderLine(in path: String) -> [UInt8]? {
        try? InputFile.read(path, limit: 1 << 16)
    }
}

extension LockHolder {
    /// Whether the holder may still be at work, as far as this machine can tell.
    func mayBeAlive(seenFrom host: String) -> Bool {
        guard self.host == host else { return true }
        guard processIdentifier > 0 else { return false }
        // No permission to send a signal: somebody is there.
        return kill(processIdentifier, 0) == 0 || errno == EPERM
    }
}
