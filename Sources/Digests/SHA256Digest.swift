/// The SHA-256 digest of some bytes: names a file's content in reports and model files.
///
/// > Source: FIPS 180-4, "Secure Hash Standard".
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
    /// The digest, 32 bytes.
    public let bytes: [UInt8]

    /// Computes the digest of `bytes`.
    public init(of bytes: [UInt8]) {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        self = hasher.finalize()
    }

    /// Wraps the 32 bytes of a finished computation.
    init(bytes: [UInt8]) {
        precondition(bytes.count == 32, "a SHA-256 digest has 32 bytes")
        self.bytes = bytes
    }

    /// The digest in 64 lower-case hexadecimal digits.
    public var description: String { prefix(hexDigits: 64) }

    /// Returns the first hexadecimal digits of the digest, lower case.
    ///
    /// - Parameter hexDigits: How many digits, in `0...64`.
    /// - Returns: `hexDigits` characters.
    public func prefix(hexDigits: Int) -> String {
        let alphabet = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in bytes {
            text.append(alphabet[Int(byte >> 4)])
            text.append(alphabet[Int(byte & 15)])
        }
        return String(decoding: text.prefix(hexDigits), as: UTF8.self)
    }
}
