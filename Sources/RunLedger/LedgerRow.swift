public import Digests

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What the ledger knows of one input.
public struct LedgerRow: Sendable, Hashable {
    /// The input.
    public var key: InputKey
    /// The file's size and time when it was read; nil where unknown, as after a rebuild.
    public var stamp: FileStamp?
    /// The digest of the file's bytes; nil when they could not be read.
    public var sha256: SHA256Digest?
    /// The model and settings that the record was made with.
    public var provenance: Provenance
    /// How the input came out.
    public var outcome: InputOutcome
    /// The image's score, a finite number; nil when it could not be scored.
    public var score: Double?
    /// The p value of the score, in `0...1`; nil when it could not be scored.
    public var pValue: Double?
    /// The name of the folder with a flagged image's pictures.
    public var flaggedIdentifier: String?
    /// The record as it stands in the report; the ledger only keeps the bytes.
    public var record: [UInt8]
    /// The run that scored the input; nil when that run is not in the ledger.
    public var run: RunIdentifier?
    /// When the input was scored, kept to the millisecond.
    public var scoredAt: Date

    /// Creates a row; leave out what is not known.
    public init(
        key: InputKey,
        stamp: FileStamp? = nil,
        sha256: SHA256Digest? = nil,
        provenance: Provenance,
        outcome: InputOutcome,
        score: Double? = nil,
        pValue: Double? = nil,
        flaggedIdentifier: String? = nil,
        record: [UInt8],
        run: RunIdentifier? = nil,
        scoredAt: Date
    ) {
        self.key = key
        self.stamp = stamp
        self.sha256 = sha256
        self.provenance = provenance
        self.outcome = outcome
        self.score = score
        self.pValue = pValue
        self.flaggedIdentifier = flaggedIdentifier
        self.record = record
        self.run = run
        self.scoredAt = scoredAt
    }
}
