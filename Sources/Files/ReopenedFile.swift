#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A regular file that is open only while a piece of it is read, line by line or anywhere.
///
/// Any number of files can be read side by side, whatever the limit on open files. One that is replaced or changes its length
/// meanwhile is an error, never a mixture.
public struct ReopenedFile: Sendable {
    private struct Identity: Sendable, Equatable {
        let device: dev_t
        let inode: ino_t
        let size: off_t
    }

    /// The path as given.
    public let path: String
    /// Where the last line that ``nextLine()`` returned begins in the file.
    public private(set) var lineOffset = 0
    private let limit: Int
    private let chunk: Int
    private var buffer: [UInt8] = []
    private var start = 0
    /// Bytes of the file that were read.
    private var offset = 0
    private var identity: Identity?

    /// Names a file; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The most bytes of a line, without its end.
    ///   - chunk: The bytes that are read at once.
    public init(_ path: String, limit: Int, chunk: Int) {
        precondition(chunk > 0, "a chunk has bytes")
        self.path = path
        self.limit = limit
        self.chunk = chunk
    }

    /// Returns the next line without its end; nil after the last one.
    ///
    /// - Throws: ``FileError``; its code is `EFBIG` when the line is longer than the limit, `ESTALE` when the file is not what it
    ///   was, and as ``InputFile/read(_:limit:)`` for what is no regular file.
    public mutating func nextLine() throws(FileError) -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                guard end - start <= limit else { throw error(EFBIG) }
                lineOffset = offset - buffer.count + start
                let line = Array(buffer[start..<end])
                start = end + 1
                if buffer.count > 2 * chunk {
                    // What a long line took goes with it; what follows is read again.
                    offset -= buffer.count - start
                    buffer = []
                    start = 0
                }
                return line
            }
            guard buffer.count - start <= limit else { throw error(EFBIG) }
            if let identity, offset >= identity.size { return nil }
            // Copied, so that a long line's memory goes with it.
            buffer = Array(buffer[start...])
            start = 0
            searched = buffer.count
            // A long line is read in pieces that double, not in as many as it has chunks.
            let bytes = try read(at: offset, count: max(chunk, buffer.count))
            offset += bytes.count
            buffer += bytes
        }
    }

    /// Whether bytes follow the last line's end, which a writer that was stopped left; for after the last line.
    public var hasUnfinishedLine: Bool { start < buffer.count }

    /// Returns a part of the file, as much of it as there is.
    ///
    /// - Throws: As ``nextLine()``.
    public mutating func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        let (descriptor, _) = try InputFile.open(path, limit: .max)
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw FileError(last: .read, path: path)
        }
        let found = Identity(
            device: status.st_dev,
            inode: status.st_ino,
            size: status.st_size
        )
        guard identity ?? found == found else { throw error(ESTALE) }
        identity = found
        let wanted = max(min(count, Int(found.size) - offset), 0)
        var code: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { space, filled in
            while filled < wanted {
                let count = unsafe pread(
                    descriptor,
                    space.baseAddress?.advanced(by: filled),
                    wanted - filled,
                    off_t(offset + filled)
                )
                if count > 0 { filled += count }
                if count < 0, errno == EINTR { continue }
                if count <= 0 {
                    // Cut short since its size was taken.
                    code = count == 0 ? ESTALE : errno
                    return
                }
            }
        }
        guard code == 0 else { throw error(code) }
        return bytes
    }

    private func error(_ code: Int32) -> FileError {
        FileError(operation: .read, path: path, code: code)
    }
}
