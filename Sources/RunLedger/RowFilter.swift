/// Which rows of the ledger are wanted.
public struct RowFilter: Sendable, Hashable {
    /// What a path must look like.
    public enum PathPattern: Sendable, Hashable {
        /// The whole path matches a pattern: `*` stands for any bytes, slashes too, `?` for
        /// one character, `[a-z]` for one of several.
        case glob(String)
        /// The path holds these bytes somewhere.
        case containing([UInt8])
    }

    /// How the inputs came out; none at all finds nothing.
    public var outcomes: Set<InputOutcome>
    /// The root that the inputs were found under; any when nil.
    public var root: [UInt8]?
    /// What the path below the root looks like; anything when nil.
    public var path: PathPattern?

    /// Creates a filter that lets pass whatever is not restricted.
    public init(
        outcomes: Set<InputOutcome> = Set(InputOutcome.allCases),
        root: [UInt8]? = nil,
        path: PathPattern? = nil
    ) {
        self.outcomes = outcomes
        self.root = root
        self.path = path
    }
}
