/// How many inputs the ledger knows.
public struct LedgerCounts: Sendable, Hashable {
    /// Scored and like the normal images.
    public var ok = 0
    /// Scored and unlike the normal images.
    public var flagged = 0
    /// Could not be scored.
    public var failed = 0

    /// All inputs.
    public var inputs: Int { ok + flagged + failed }
}
