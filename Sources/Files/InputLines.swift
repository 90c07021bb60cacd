#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A regular file that is read line by line, in memory for one line and one buffer.
public struct InputLines: ~Copyable {
    /// The path as given.
    public let path: String
    private let descriptor: Int32
    private let limit: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    private static let chunk = 1 << 16

    /// Opens a file; never waits for a pipe or device.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The most bytes of a line, without its end.
    /// - Throws: ``FileError``; its code is `EISDIR` for a folder and `EINVAL` for anything else that is not a regular file.
    public init(_ path: String, limit: Int) throws(FileError) {
        self.path = path
        self.limit = limit
        descriptor = try InputFile.open(path, limit: .max).descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Returns the next line without its end; nil after the last one.
    ///
    /// What follows the last line end is no line: a writer that was stopped left it unfinished.
    ///
    /// - Throws: ``FileError``; its code is `EFBIG` when the line is longer than the limit.
    public mutating func next() throws(FileError) -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                guard end - start <= limit else { throw tooLong }
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            guard buffer.count - start <= limit else { throw tooLong }
            if isAtEnd { return nil }
            buffer.removeSubrange(..<start)
            start = 0
            searched = buffer.count
            try fill()
        }
    }

    private var tooLong: FileError { FileError(operation: .read, path: path, code: EFBIG) }

    private mutating func fill() throws(FileError) {
        var code: Int32 = 0
        let descriptor = descriptor
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.chunk) { space, filled in
            while true {
                let count = unsafe read(descriptor, space.baseAddress, Self.chunk)
                if count < 0, errno == EINTR { continue }
                if count < 0 { code = errno }
                filled = max(count, 0)
                return
            }
        }
        guard code == 0 else { throw FileError(operation: .read, path: path, code: code) }
        isAtEnd = bytes.isEmpty
        buffer += bytes
    }
}
