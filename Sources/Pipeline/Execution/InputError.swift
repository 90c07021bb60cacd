#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Why the bytes of an input could not be had.
public struct InputError: Error, Sendable, Hashable {
    /// A stable machine-readable reason.
    public enum Code: String, Sendable, CaseIterable, Codable {
        /// There is nothing at this path, or it went away since it was listed.
        case notFound = "not-found"
        /// This user may not read it.
        case permission
        /// A folder, pipe, socket, device, or a link that may not be followed.
        case notAFile = "not-a-file"
        /// More bytes than the limit allows.
        case tooLarge = "too-large"
        /// The file system reported another error.
        case io
    }

    /// The reason.
    public let code: Code
    /// The system's own words, for a person to read.
    public let detail: String

    /// Creates an error.
    public init(_ code: Code, detail: String) {
        self.code = code
        self.detail = detail
    }

    /// Creates an error from a value of `errno`.
    init(errno number: Int32) {
        let code: Code =
            switch number {
            case ENOENT, ENOTDIR: .notFound
            case EACCES, EPERM: .permission
            case EISDIR, ENXIO, ENODEV: .notAFile
            case EFBIG, EOVERFLOW: .tooLarge
            default: .io
            }
        // Thread-safe since glibc 2.32 and on Darwin for every number that the system returns.
        let text = unsafe strerror(number)
        self.init(code, detail: unsafe text.map { unsafe String(cString: $0) } ?? "errno \(number)")
    }
}
