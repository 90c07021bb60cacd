#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The operating system refused to do something with a file or folder.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was tried.
    public enum Operation: String, Sendable {
        case create, open, read, write, sync, rename, remove, list, lock
    }

    /// What was tried.
    public let operation: Operation
    /// The file or folder.
    public let path: String
    /// The system's error number (`errno`).
    public let code: Int32

    /// Creates an error from the system's error number.
    public init(operation: Operation, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// Creates an error from the number that the last system call left.
    init(last operation: Operation, path: String) {
        self.init(operation: operation, path: path, code: errno)
    }

    /// The system's words for the error.
    public var reason: String {
        unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
    }

    /// One line for a person: what, where, why, and what to do about it.
    public var description: String {
        let line = "can't \(operation.rawValue) \(path): \(reason)"
        return advice.map { "\(line); \($0)" } ?? line
    }

    /// What a person can do about the error.
    private var advice: String? {
        switch code {
        case ENOSPC, EDQUOT: "free some space or choose a place on another disk"
        case EFBIG where operation == .write: "raise the limit on files (ulimit -f)"
        case EACCES, EPERM: "check its owner and permissions or choose another place"
        case EROFS: "choose a place that is not read-only"
        case EMFILE, ENFILE: "allow more open files (ulimit -n)"
        case ELOOP: "a symbolic link stands there: remove it or choose another place"
        default: nil
        }
    }
}
