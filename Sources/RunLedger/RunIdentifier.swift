/// Names a run within one ledger; later runs have greater identifiers.
public struct RunIdentifier: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number, from 1 on.
    public let rawValue: Int64

    /// Wraps a number.
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// Whether one run began before another.
    public static func < (left: RunIdentifier, right: RunIdentifier) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The number.
    public var description: String { "\(rawValue)" }
}
