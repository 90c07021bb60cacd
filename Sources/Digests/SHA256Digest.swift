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

    /// Wraps the bytes of a digest that was kept; nil unless they are 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// Reads a digest as ``description`` writes it; nil unless that are 64 hexadecimal digits.
    public init?(hexDigits: String) {
        let digits = Array(hexDigits.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = Self.value(ofHexDigit: digits[index]),
                let low = Self.value(ofHexDigit: digits[index + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// Wraps the bytes of a finished computation.
    init(computed bytes: [UInt8]) {
        precondition(bytes.count == 32, "a SHA-256 digest has 32 bytes")
        self.bytes = bytes
    }

    private static func value(ofHexDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
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
