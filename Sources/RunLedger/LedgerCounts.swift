/// How many inputs the ledger knows.
public struct LedgerCounts: Sendable, Hashable {
    /// Scored and like the normal images.
    public var ok: Int
    /// Scored and unlike the normal images.
    public var flagged: Int
    /// Could not be scored.
    public var failed: Int

    /// Creates counts.
    public init(ok: Int = 0, flagged: Int = 0, failed: Int = 0) {
        self.ok = ok
        self.flagged = flagged
        self.failed = failed
    }

    /// All inputs.
    public var inputs: Int { ok + flagged + failed }
}
