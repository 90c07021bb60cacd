#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Reads a file line by line, holding one line and a buffer.
///
/// The file is closed when the value goes out of use.
public struct LineReader: ~Copyable {
    private static let chunk = 1 << 16

    private let path: String
    private let descriptor: Int32
    private let limit: Int
    private var buffer: [UInt8] = []
    private var start = 0

    /// Opens a regular file whose lines hold at most `limit` bytes.
    ///
    /// - Throws: ``FileError``; its code is `EISDIR` for a folder and `EINVAL` for anything else
    ///   that is not a regular file.
    public init(_ path: String, limit: Int = 1 << 24) throws(FileError) {
        self.path = path
        self.limit = limit
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw FileError(last: .open, path: path) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw FileError(last: .read, path: path)
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            throw FileError(
                operation: .read,
                path: path,
                code: kind == S_IFDIR ? EISDIR : EINVAL
            )
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Reads the next line.
    ///
    /// - Returns: The line without its end; nil after the last one, which need not have an end.
    /// - Throws: ``FileError``; its code is `EFBIG` when the line is longer than the limit.
    public mutating func next() throws(FileError) -> [UInt8]? {
        while true {
            if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            buffer.removeFirst(start)
            start = 0
            if buffer.count > limit {
                throw FileError(operation: .read, path: path, code: EFBIG)
            }
            if try !fill() {
                defer { buffer = [] }
                return buffer.isEmpty ? nil : buffer
            }
        }
    }

    /// Reads on; whether there was anything.
    private mutating func fill() throws(FileError) -> Bool {
        let old = buffer.count
        buffer += [UInt8](repeating: 0, count: Self.chunk)
        var count = -1
        repeat {
            count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe read(descriptor, bytes.baseAddress?.advanced(by: old), Self.chunk)
            }
        } while count < 0 && errno == EINTR
        let code = errno
        buffer.removeLast(Self.chunk - max(count, 0))
        if count < 0 { throw FileError(operation: .read, path: path, code: code) }
        return count > 0
    }
}
