/// How many images people said what of.
public struct LedgerLabelCounts: Sendable, Hashable {
    /// Flagged images that show a defect.
    public var confirmed: Int
    /// Flagged images that are good.
    public var falseAlarms: Int
    /// Images with a defect that were not flagged.
    public var missed: Int

    /// Creates counts.
    public init(confirmed: Int = 0, falseAlarms: Int = 0, missed: Int = 0) {
        self.confirmed = confirmed
        self.falseAlarms = falseAlarms
        self.missed = missed
    }
}
