internal import CFiles

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A file that is being written.
///
/// The file is closed when the value goes out of use.
public struct OutputFile: ~Copyable, Sendable {
    /// How to treat what may stand at the path already.
    public enum Mode: Sendable {
        /// The file must not exist yet.
        case new
        /// An existing file is emptied; a symbolic link is not followed.
        case replacing
        /// An existing file is kept and not written; a symbolic link is not followed.
        case keeping
    }

    /// The path as given.
    public let path: String
    private let descriptor: Int32
    private var length: off_t = 0

    /// Opens a file for writing.
    ///
    /// - Throws: ``FileError`` when the system refuses.
    public init(_ path: String, mode: Mode) throws(FileError) {
        var flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        switch mode {
        case .new: flags |= O_EXCL
        case .replacing: flags |= O_TRUNC
        case .keeping: break
        }
        descriptor = unsafe open(path, flags, 0o666)
        self.path = path
        if descriptor < 0 { throw FileError(last: .create, path: path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Writes `bytes` at the end, with one system call unless the system takes them in parts.
    ///
    /// When the system refuses a part, a regular file is cut back to its length before this
    /// call, so that it never ends in half a record.
    ///
    /// - Throws: ``FileError`` when not all bytes could be written.
    public mutating func append(_ bytes: [UInt8]) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe write(
                    descriptor,
                    buffer.baseAddress?.advanced(by: done),
                    bytes.count - done
                )
            }
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                let error =
                    count == 0
                    ? FileError(operation: .write, path: path, code: ENOSPC)
                    : FileError(last: .write, path: path)
                if done > 0 { _ = ftruncate(descriptor, length) }
                throw error
            }
        }
        length += off_t(bytes.count)
    }

    /// Puts `bytes` in the place of all that the file holds; not atomic.
    ///
    /// - Throws: ``FileError`` when not all bytes could be written; the file is empty then.
    public mutating func replaceContents(with bytes: [UInt8]) throws(FileError) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw FileError(last: .write, path: path)
        }
        length = 0
        try append(bytes)
    }

    /// Waits until everything written is on the disk.
    ///
    /// - Throws: ``FileError`` when the system could not store what was written.
    public func synchronize() throws(FileError) {
        while fsync(descriptor) != 0 {
            switch errno {
            case EINTR: continue
            case EINVAL, ENOTSUP: return  // a pipe or a device has nothing to sync
            default: throw FileError(last: .sync, path: path)
            }
        }
    }

    /// Whether there is a call for all files of a file system.
    static var canSynchronizeFileSystem: Bool { cf_has_syncfs() != 0 }

    /// Waits until everything written to the file's file system, by whomever, is on the disk.
    ///
    /// Does nothing where the system has no such call: files written with ``AtomicFile/Durability/grouped`` are on the disk
    /// then.
    ///
    /// - Throws: ``FileError`` when the system could not store something that was written since this file was opened.
    public func synchronizeFileSystem() throws(FileError) {
        while cf_syncfs(descriptor) != 0 {
            if errno != EINTR { throw FileError(last: .sync, path: path) }
        }
    }

    /// Whether the file still stands at its path: not removed, renamed or replaced meanwhile.
    public var isInPlace: Bool {
        var (own, found) = (stat(), stat())
        return unsafe fstat(descriptor, &own) == 0 && lstat(path, &found) == 0
            && own.st_dev == found.st_dev && own.st_ino == found.st_ino
    }

    /// Locks the file for this program as long as it stays open.
    ///
    /// - Returns: Whether the lock was free.
    /// - Throws: ``FileError`` when the file system can't lock.
    public func tryLock() throws(FileError) -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        if errno == EWOULDBLOCK { return false }
        throw FileError(last: .lock, path: path)
    }
}
