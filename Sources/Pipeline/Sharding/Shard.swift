internal import Digests

/// One of several parts of all inputs, such that each input is in exactly one of them.
///
/// An input's part depends on its path below its root and on the number of parts alone: adding and removing files moves no
/// other file, and machines need not agree on anything else.
public struct Shard: Sendable, Hashable, CustomStringConvertible {
    /// Which of the parts, in `1...count`.
    public let index: Int
    /// How many parts there are.
    public let count: Int

    /// The most parts.
    public static let mostParts = 1_000_000

    /// Creates a part; nil unless `1 <= index <= count <= mostParts`.
    public init?(index: Int, count: Int) {
        guard count <= Self.mostParts, index >= 1, index <= count else { return nil }
        self.index = index
        self.count = count
    }

    /// Reads a part as ``description`` writes it: `3/8`.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ part in
                !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            }),
            let index = Int(parts[0]), let count = Int(parts[1])
        else { return nil }
        self.init(index: index, count: count)
    }

    /// The part and the number of parts: `3/8`.
    public var description: String { "\(index)/\(count)" }

    /// The part that a path belongs to, in `1...count`.
    ///
    /// The first 8 bytes of the SHA-256 digest of the path's bytes, most significant first, modulo the number of parts, plus 1.
    ///
    /// - Parameters:
    ///   - path: The path below its root, or the name of a root that is a file.
    ///   - count: The number of parts, at least 1.
    /// - Returns: In `1...count`.
    public static func index(of path: RawPath, count: Int) -> Int {
        Int(number(of: path) % UInt64(count)) + 1
    }

    /// The number that decides on a path's part.
    static func number(of path: RawPath) -> UInt64 {
        SHA256Digest(of: path.bytes).bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Whether a path belongs to this part.
    public func contains(_ path: RawPath) -> Bool {
        Self.index(of: path, count: count) == index
    }
}

/// The inputs of one shard, in the order of the walk; all where there are no shards.
struct ShardedInputs<Base: IteratorProtocol<WalkEntry>>: Sequence, IteratorProtocol {
    private var base: Base
    private let shard: Shard?

    init(_ base: Base, shard: Shard?) {
        self.base = base
        self.shard = shard
    }

    mutating func next() -> WalkEntry? {
        while let entry = base.next() {
            if shard?.contains(entry.relativePath) ?? true { return entry }
        }
        return nil
    }
}
