/// A place in a pipeline file.
struct SourcePosition: Sendable, Hashable, Comparable {
    /// From 1.
    let line: Int
    /// From 1, in characters.
    let column: Int

    static let start = SourcePosition(line: 1, column: 1)

    static func < (left: SourcePosition, right: SourcePosition) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
