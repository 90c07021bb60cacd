public import Digests

/// What a record follows from besides the input's bytes.
///
/// Equal bytes and equal provenance give equal records.
public struct Provenance: Sendable, Hashable {
    /// The digest of the model file.
    public var model: SHA256Digest
    /// A digest of whatever else decides a record; the ledger only compares it.
    public var settings: [UInt8]

    /// Creates a provenance.
    public init(model: SHA256Digest, settings: [UInt8]) {
        self.model = model
        self.settings = settings
    }
}
