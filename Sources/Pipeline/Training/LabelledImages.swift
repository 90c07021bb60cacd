internal import Digests
public import RunLedger

/// The images that people labelled, and where they may be.
///
/// In the order of their digests, so that what is learned from them does not depend on the order or the time of the labels.
public struct LabelledImages: Sendable {
    struct Image: Sendable {
        let sha256: SHA256Digest
        let label: ImageLabel
        /// Where the ledger saw the content, then where it was when it was labelled.
        let places: [RawPath]
    }

    let images: [Image]
    /// SHA-256 over digests and labels: the identity of what was said.
    public let digest: String

    /// The number of labels.
    public var count: Int { images.count }

    /// Takes the labels of a ledger.
    ///
    /// - Throws: `LedgerError` when it can't be read.
    public init(of ledger: Ledger) throws(LedgerError) {
        let known = try ledger.placesOfLabelled()
        var hasher = SHA256Hasher()
        images = try ledger.labels().map { entry in
            hasher.update(entry.sha256.bytes)
            hasher.update(Array("\(entry.label.rawValue)\n".utf8))
            var places = known[entry.sha256] ?? []
            if !places.contains(entry.key) { places.append(entry.key) }
            return Image(
                sha256: entry.sha256,
                label: entry.label,
                places: places.map(RawPath.init(of:))
            )
        }
        digest = hasher.finalize().description
    }

    /// The number of images with a confirmed defect; learning with quick effort has no use for them.
    public var confirmedCount: Int { images.count { $0.label == .confirmed } }

    /// What files with these labels contain.
    var contents: Set<SHA256Digest> { Set(images.map(\.sha256)) }
}

extension RawPath {
    /// The path of an input that a ledger knows.
    init(of key: InputKey) {
        self = RawPath(bytes: key.root).appending(RawPath(bytes: key.path))
    }
}
