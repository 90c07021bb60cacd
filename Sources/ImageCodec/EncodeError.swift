/// Why an image could not be encoded.
public struct EncodeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The codec's own words, for a person to read.
    public let detail: String

    /// Creates an error.
    public init(detail: String) { self.detail = detail }

    /// One line for a person.
    public var description: String { detail }
}
