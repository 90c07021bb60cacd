/// Sizes that came from outside and do not fit together.
public struct ShapeError: Error, Equatable, CustomStringConvertible {
    /// What has the wrong shape.
    public let name: String
    /// The shape that was needed.
    public let expected: [Int]
    /// The shape that was found.
    public let actual: [Int]

    /// Creates an error that names both shapes.
    public init(name: String, expected: [Int], actual: [Int]) {
        self.name = name
        self.expected = expected
        self.actual = actual
    }

    /// One line for a person.
    public var description: String { "\(name) has shape \(actual), expected \(expected)" }
}
