/// Numbers or a declaration that make no network.
public struct ThresholdNetworkError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, one line for a person.
    public let problem: String

    /// Creates an error.
    public init(problem: String) { self.problem = problem }

    /// One line for a person.
    public var description: String { problem }
}
