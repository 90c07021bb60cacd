/// An image that training left out because it is unlike the others.
public struct TrimmedImage: Sendable, Equatable, Codable {
    /// Where it was found.
    public let path: String
    /// Its score by detectors that had not seen it.
    public let score: Float
}
