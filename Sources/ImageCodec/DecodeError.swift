/// Why a file could not be decoded.
public struct DecodeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A stable, machine-readable reason.
    public enum Code: String, Sendable, Codable, CaseIterable {
        /// The file has no bytes.
        case empty
        /// The first bytes are of no format that is read.
        case unknownFormat = "unknown-format"
        /// The file is larger than the limit.
        case tooManyBytes = "too-many-bytes"
        /// The image has more pixels than the limit.
        case tooManyPixels = "too-many-pixels"
        /// The image has a side longer than the limit.
        case sideTooLong = "side-too-long"
        /// The JPEG has more scans than the limit.
        case tooManyScans = "too-many-scans"
        /// Decoding takes more processor time than the limit.
        case tooSlow = "too-slow"
        /// The file breaks its format's rules, or its codec lost data.
        case malformed
        /// The file ends before its image does.
        case truncated
        /// The codec warned, and warnings are refused.
        case warning
        /// A valid file of a kind that is not read, such as arithmetic-coded JPEG.
        case unsupported
        /// The codec found no memory.
        case outOfMemory = "out-of-memory"
    }

    /// A stable, machine-readable reason.
    public let code: Code
    /// The codec's own words, for a person to read.
    public let detail: String

    /// Creates an error.
    public init(code: Code, detail: String) {
        self.code = code
        self.detail = detail
    }

    /// One line for a person.
    public var description: String { "\(code.rawValue): \(detail)" }
}
