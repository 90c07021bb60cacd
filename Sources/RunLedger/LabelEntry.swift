public import Digests

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What a person said of an image, with what was known of it then.
///
/// A label goes by the image's content: a file that is moved or copied keeps it, one that is changed
/// loses it.
public struct LabelEntry: Sendable, Hashable {
    /// The digest of the image file's bytes.
    public var sha256: SHA256Digest
    /// What was said.
    public var label: ImageLabel
    /// When it was said, kept to the millisecond.
    public var labelledAt: Date
    /// Why; nil where nothing was said.
    public var note: String?
    /// Where the image was then.
    public var key: InputKey
    /// How it had come out, ``InputOutcome/ok`` or ``InputOutcome/flagged``.
    public var outcome: InputOutcome
    /// The score it had.
    public var score: Double?
    /// The name of the folder with its pictures; nil unless it was flagged.
    public var flaggedIdentifier: String?
    /// The model that had scored it.
    public var model: SHA256Digest

    /// Labels an input; nil where it could not be scored: there is nothing to say of it.
    ///
    /// - Parameters:
    ///   - row: What the ledger knows of the input.
    ///   - label: What is said of it.
    ///   - date: When.
    ///   - note: Why.
    public init?(_ row: LedgerRow, as label: ImageLabel, at date: Date, note: String? = nil) {
        guard let sha256 = row.sha256, row.outcome != .failed else { return nil }
        self.sha256 = sha256
        self.label = label
        labelledAt = date
        self.note = note
        key = row.key
        outcome = row.outcome
        score = row.score
        flaggedIdentifier = row.flaggedIdentifier
        model = row.provenance.model
    }
}
