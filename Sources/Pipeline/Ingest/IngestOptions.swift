public import ImageCodec

/// What is read and how.
public struct IngestOptions: Sendable {
    /// Files and folders.
    public var roots: [RawPath]
    /// What a walk takes.
    public var walk: WalkOptions
    /// Limits that hold before memory is taken.
    public var limits: DecodeLimits
    /// What happens to damaged files.
    public var damage: DamagePolicy
    /// The most pixels of an image in tiles that are in memory at once where its format allows less.
    ///
    /// What a larger PNG gets is the same, in a second pass over its file for the pictures of a flagged one.
    public var wholePixels = 1 << 24

    /// Creates options.
    public init(
        roots: [RawPath],
        walk: WalkOptions = WalkOptions(),
        limits: DecodeLimits = .standard,
        damage: DamagePolicy = .truncated
    ) {
        self.roots = roots
        self.walk = walk
        self.limits = limits
        self.damage = damage
    }

    /// A new walk over the roots; nothing is looked at before its first entry is asked for.
    public func makeWalk() -> DirectoryWalk { DirectoryWalk(roots: roots, options: walk) }
}
