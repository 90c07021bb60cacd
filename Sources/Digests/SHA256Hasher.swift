internal import Crypto

/// Computes a SHA-256 digest from bytes that come piece by piece.
///
/// The digest depends on the bytes only, not on where the pieces begin and end.
public struct SHA256Hasher: Sendable {
    private var state = Crypto.SHA256()

    /// Starts with no bytes.
    public init() {}

    /// Adds `bytes` at the end.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        let done: Void? = bytes.withContiguousStorageIfAvailable { buffer in
            state.update(bufferPointer: UnsafeRawBufferPointer(buffer))
        }
        if done == nil { update(Array(bytes)) }
    }

    /// Returns the digest of everything added so far; more may be added afterwards.
    public func finalize() -> SHA256Digest {
        SHA256Digest(computed: Array(state.finalize()))
    }
}
