#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The bytes of a large file, which are read where they are used, or never.
///
/// The file is mapped into memory: its pages are those of the system's cache, shared with every other program that
/// reads it. Where a file can't be mapped, it is read.
///
/// A file that is replaced by renaming another one over it, as ``AtomicFile`` does, stays as it was opened. One that
/// somebody writes to in place changes under the reader, and one that is cut short ends the program with SIGBUS at
/// the next new page. There is no defence that is cheaper than reading the file whole, which is what to do with files
/// that others are still working on: ``InputFile/read(_:limit:)``.
@safe
public final class FileContent: Sendable {
    /// The number of bytes.
    public let count: Int
    // Mapped by `init` and unmapped by `deinit`; nobody writes there. Nil where the bytes were read.
    nonisolated(unsafe) private let mapping: UnsafeMutableRawPointer?
    private let bytes: [UInt8]

    /// Takes bytes that are in memory already.
    public init(_ bytes: [UInt8]) {
        count = bytes.count
        unsafe mapping = nil
        self.bytes = bytes
    }

    /// Opens a file that may hold at most `limit` bytes.
    ///
    /// - Throws: As ``InputFile/read(_:limit:)``.
    public init(_ path: String, limit: Int) throws(FileError) {
        let (descriptor, size) = try InputFile.open(path, limit: limit)
        defer { close(descriptor) }
        let address = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        if let address = unsafe address, unsafe address != MAP_FAILED {
            unsafe mapping = unsafe address
            count = size
            bytes = []
        } else {
            unsafe mapping = nil
            bytes = try InputFile.read(path, limit: limit)
            count = bytes.count
        }
    }

    deinit {
        if let mapping = unsafe mapping { unsafe munmap(mapping, count) }
    }

    /// The bytes, where they lie still as long as this object lives; nil where they were read.
    @unsafe public var mapped: UnsafeRawBufferPointer? {
        unsafe mapping.map { unsafe UnsafeRawBufferPointer(start: $0, count: count) }
    }

    /// Calls a function with the bytes.
    @unsafe
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        guard let mapped = unsafe mapped else { return unsafe bytes.withUnsafeBytes(body) }
        defer { extendLifetime(self) }
        return unsafe body(mapped)
    }

    /// Some of the bytes, copied.
    public func bytes(_ range: Range<Int>) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "past the end")
        return unsafe withUnsafeBytes { unsafe Array($0[range]) }
    }
}
