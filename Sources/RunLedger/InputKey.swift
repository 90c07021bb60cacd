/// Which input a row speaks of: the root it was found under and its path below that root.
///
/// Both are the file system's own bytes, which need not be UTF-8. Keys are ordered by their
/// bytes, first the root's, so the order depends on no locale.
public struct InputKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The root's bytes, as the caller always writes it.
    public let root: [UInt8]
    /// The bytes of the path below the root.
    public let path: [UInt8]

    /// Creates a key.
    public init(root: [UInt8], path: [UInt8]) {
        self.root = root
        self.path = path
    }

    /// Whether the bytes of one key come before another's.
    public static func < (left: InputKey, right: InputKey) -> Bool {
        if left.root != right.root { return left.root.lexicographicallyPrecedes(right.root) }
        return left.path.lexicographicallyPrecedes(right.path)
    }

    /// The key for a person; each part that is not UTF-8 shows as U+FFFD.
    public var description: String {
        "\(String(decoding: path, as: UTF8.self)) in \(String(decoding: root, as: UTF8.self))"
    }
}
