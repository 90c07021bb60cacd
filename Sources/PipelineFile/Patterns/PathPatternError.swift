/// Why a text is no pattern of paths.
public struct PathPatternError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, as a sentence goes on after "the pattern".
    public let description: String

    init(_ description: String) { self.description = description }
}
