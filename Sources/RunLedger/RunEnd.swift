#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What is known of a run when it ends.
public struct RunEnd: Sendable, Hashable {
    /// When the run ended, kept to the millisecond.
    public var finishedAt: Date
    /// How many inputs came out how.
    public var counts: RunCounts
    /// The program's exit status.
    public var exitStatus: Int
    /// The spread of the run's scores as JSON; the ledger only keeps the bytes.
    public var scores: [UInt8]?
    /// How the scores moved against the calibration as JSON; the ledger only keeps the bytes.
    public var drift: [UInt8]?

    /// Describes a run that ends.
    public init(
        finishedAt: Date,
        counts: RunCounts,
        exitStatus: Int,
        scores: [UInt8]? = nil,
        drift: [UInt8]? = nil
    ) {
        self.finishedAt = finishedAt
        self.counts = counts
        self.exitStatus = exitStatus
        self.scores = scores
        self.drift = drift
    }
}
