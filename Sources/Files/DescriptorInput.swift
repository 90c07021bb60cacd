#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Bytes that come through an open descriptor, as they come.
public struct DescriptorInput: ByteSource {
    /// What the program is fed with.
    public static let standard = DescriptorInput(descriptor: STDIN_FILENO, name: "standard input")

    private let descriptor: Int32
    private let name: String

    /// Returns what is there, and waits until something is; see ``ByteSource/read(atMost:)``.
    public func read(atMost count: Int) throws(FileError) -> [UInt8] {
        while true {
            var code: Int32 = 0
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { space, filled in
                let got = unsafe systemRead(descriptor, space.baseAddress, count)
                if got < 0 { code = errno }
                filled = max(got, 0)
            }
            switch code {
            case 0: return bytes
            case EINTR: continue
            case EAGAIN:
                // Whoever made the descriptor wants never to wait; this program does.
                var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = unsafe poll(&wanted, 1, -1)
            default: throw FileError(operation: .read, path: name, code: code)
            }
        }
    }
}

// The type's own function of this name would hide the system's.
private func systemRead(
    _ descriptor: Int32,
    _ space: UnsafeMutablePointer<UInt8>?,
    _ count: Int
) -> Int {
    unsafe read(descriptor, space, count)
}
