/// How many of a run's inputs came out how.
public struct RunCounts: Sendable, Hashable {
    /// Scored and like the normal images.
    public var ok: Int
    /// Scored and unlike the normal images.
    public var flagged: Int
    /// Could not be scored.
    public var failed: Int
    /// Known from an earlier run and not scored again.
    public var unchanged: Int
    /// Left for the next run, as their files were still being written.
    public var postponed: Int

    /// Creates counts.
    public init(
        ok: Int = 0,
        flagged: Int = 0,
        failed: Int = 0,
        unchanged: Int = 0,
        postponed: Int = 0
    ) {
        self.ok = ok
        self.flagged = flagged
        self.failed = failed
        self.unchanged = unchanged
        self.postponed = postponed
    }
}
