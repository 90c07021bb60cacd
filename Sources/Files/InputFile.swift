#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Reads whole files.
public enum InputFile {
    /// Reads a file that may hold at most `limit` bytes.
    ///
    /// Never waits for a pipe or device: anything but a regular file is refused.
    ///
    /// - Returns: The file's bytes.
    /// - Throws: ``FileError``; its code is `EFBIG` when the file is larger than `limit`,
    ///   `EISDIR` for a folder and `EINVAL` for anything else that is not a regular file.
    public static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
        let (descriptor, size) = try open(path, limit: limit)
        defer { close(descriptor) }

        var code: Int32 = 0
        // One byte more than the size, to notice a file that grows while it is read.
        let capacity = size + 1
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
            while filled < capacity {
                let count = unsafe Self.read(
                    descriptor,
                    buffer.baseAddress?.advanced(by: filled),
                    capacity - filled
                )
                if count > 0 { filled += count }
                if count == 0 { return }
                if count < 0, errno != EINTR {
                    code = errno
                    return
                }
            }
            code = EFBIG
        }
        guard code == 0 else { throw FileError(operation: .read, path: path, code: code) }
        return bytes
    }

    /// Opens a regular file of at most `limit` bytes.
    ///
    /// - Returns: The descriptor, for the caller to close, and the size of the file.
    /// - Throws: As ``read(_:limit:)``.
    static func open(
        _ path: String,
        limit: Int
    ) throws(FileError) -> (descriptor: Int32, size: Int) {
        let descriptor = unsafe Self.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError(last: .open, path: path) }
        do throws(FileError) {
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
            guard status.st_size <= limit else {
                throw FileError(operation: .read, path: path, code: EFBIG)
            }
            return (descriptor, Int(status.st_size))
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func open(_ path: UnsafePointer<CChar>, _ flags: Int32) -> Int32 {
        #if canImport(Glibc)
            unsafe Glibc.open(path, flags)
        #elseif canImport(Musl)
            unsafe Musl.open(path, flags)
        #else
            unsafe Darwin.open(path, flags)
        #endif
    }

    private static func read(
        _ descriptor: Int32,
        _ buffer: UnsafeMutablePointer<UInt8>?,
        _ count: Int
    ) -> Int {
        #if canImport(Glibc)
            unsafe Glibc.read(descriptor, buffer, count)
        #elseif canImport(Musl)
            unsafe Musl.read(descriptor, buffer, count)
        #else
            unsafe Darwin.read(descriptor, buffer, count)
        #endif
    }
}
