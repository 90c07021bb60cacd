/// What a walk came across so far.
public struct WalkCounts: Sendable, Hashable {
    /// Entries handed out, the unreadable ones included.
    public var entries = 0
    /// Folders listed.
    public var folders = 0
    /// Files and pipes left out because their names are no images' names.
    public var ignored = 0
    /// Files and folders left out because their names start with a dot.
    public var hidden = 0
    /// Symbolic links left out because links are not followed.
    public var links = 0
    /// Links left out because they lead back to a folder that they stand in.
    public var loops = 0
    /// Report folders left out.
    public var reports = 0

    /// Creates counts of zero.
    public init() {}
}
