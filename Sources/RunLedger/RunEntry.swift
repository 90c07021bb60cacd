/// What the ledger knows of one run.
public struct RunEntry: Sendable, Hashable {
    /// Names the run.
    public let identifier: RunIdentifier
    /// How it began.
    public let start: RunStart
    /// How it ended; nil while it runs and for a run that was killed.
    public let end: RunEnd?
}
