internal import RunLedger

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Reads whole files whose names and contents nobody vouches for.
public enum FileBytes {
    /// Reads a regular file.
    ///
    /// Never waits for a pipe's other end, and looks at the size before it takes memory. A file
    /// that grows meanwhile is read to its end or to the limit.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The most bytes to take.
    ///   - followsLinks: Whether the last component may be a symbolic link.
    /// - Returns: The file's bytes.
    /// - Throws: ``InputError``.
    public static func read(
        _ path: RawPath,
        limit: Int,
        followsLinks: Bool = false
    ) throws(InputError) -> [UInt8] {
        try readStamped(path, limit: limit, followsLinks: followsLinks).bytes
    }

    /// Reads a regular file, and tells whether it was left alone meanwhile.
    ///
    /// - Returns: The file's bytes, its size and time when it was opened, and whether they were the same at the end.
    static func readStamped(
        _ path: RawPath,
        limit: Int,
        followsLinks: Bool
    ) throws(InputError) -> (bytes: [UInt8], stamp: FileStamp, isSteady: Bool) {
        // Non-blocking, so that opening a pipe that nobody writes to returns at once.
        var flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        if !followsLinks { flags |= O_NOFOLLOW }
        let descriptor = try open(path, flags: flags, followsLinks: followsLinks)
        defer { close(descriptor) }

        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw InputError(errno: errno) }
        let kind = FileKind(mode: status.st_mode)
        guard kind == .regular else { throw InputError(.notAFile, detail: kind.phrase) }
        let size = Int(status.st_size)
        guard size <= limit else { throw tooLarge(atLeast: size, limit: limit) }

        // One byte more than the size tells the end from a file that grows.
        var bytes = try readUpTo(min(size, limit) + 1, from: descriptor)
        while bytes.count > size, bytes.count <= limit {
            let more = try readUpTo(min(1 << 20, limit + 1 - bytes.count), from: descriptor)
            if more.isEmpty { break }
            bytes += more
        }
        guard bytes.count <= limit else { throw tooLarge(atLeast: bytes.count, limit: limit) }
        let stamp = FileStatus(status).stamp
        guard unsafe fstat(descriptor, &status) == 0 else { throw InputError(errno: errno) }
        return (bytes, stamp, FileStatus(status).stamp == stamp && bytes.count == size)
    }

    /// Opens a file or folder, and says in plain words when a link was in the way.
    static func open(
        _ path: RawPath,
        flags: Int32,
        followsLinks: Bool
    ) throws(InputError) -> Int32 {
        guard !path.bytes.contains(0) else {
            throw InputError(.notFound, detail: "the path holds a zero byte")
        }
        while true {
            let descriptor = unsafe path.withCString { unsafe systemOpen($0, flags) }
            if descriptor >= 0 { return descriptor }
            let number = errno
            if number == EINTR { continue }
            if number == ELOOP, !followsLinks {
                throw InputError(.notAFile, detail: FileKind.link.phrase)
            }
            throw InputError(errno: number)
        }
    }

    /// Reads until `count` bytes are there or the file ends.
    private static func readUpTo(
        _ count: Int,
        from descriptor: Int32
    ) throws(InputError) -> [UInt8] {
        var failure: Int32?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                // Darwin refuses requests above 2 GiB.
                let wanted = min(count - filled, 1 << 30)
                guard let start = buffer.baseAddress else { return }
                let got = unsafe systemRead(descriptor, start + filled, wanted)
                if got == 0 { return }
                if got > 0 {
                    filled += got
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        if let failure { throw InputError(errno: failure) }
        return bytes
    }

    /// The error of a file with more bytes than are taken.
    static func tooLarge(atLeast size: Int, limit: Int) -> InputError {
        InputError(.tooLarge, detail: "\(size) bytes or more, the limit is \(limit)")
    }
}

// The module's own functions of these names would hide the system's.
private func systemOpen(_ path: UnsafePointer<CChar>, _ flags: Int32) -> Int32 {
    unsafe open(path, flags)
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int
{
    unsafe read(descriptor, buffer, count)
}

extension RawPath {
    /// Lends the path as a C string; it must not hold a zero byte.
    func withCString<R>(_ body: (UnsafePointer<CChar>) throws -> R) rethrows -> R {
        let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
        return try unsafe terminated.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("never empty") }
            return try unsafe body(start)
        }
    }
}
