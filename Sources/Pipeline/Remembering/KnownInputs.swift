internal import Digests
internal import Files
internal import ImageCodec
internal import Reports
internal import RunLedger

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// What earlier runs know of a run's inputs; safe to ask from any thread.
struct KnownInputs: Sendable {
    let ledger: Ledger
    let options: LedgerOptions
    let provenance: Provenance
    let model: ModelIdentity
    let reportFolder: Folder
    /// When the run began.
    let started: Date
    /// Earlier runs that did not come to their end: what they scored was in no finished report.
    let unfinished: Set<RunIdentifier>

    /// What becomes of an input before it is read.
    enum Glance {
        /// The record of an earlier run still holds.
        case unchanged(Unchanged)
        /// Somebody may be writing to the file.
        case unsettled
        /// To be read.
        case unknown
    }

    /// A record of an earlier run.
    struct Unchanged: Sendable {
        var record: ImageRecord
        var row: LedgerRow
        /// Whether the file is the same but for its time, or lies somewhere else now.
        var isUpdate = false
        /// Whether this run's report has the record as well.
        let isReported: Bool
        /// Whether the report has to have the pictures of a flagged image, and has not.
        let lacksPictures: Bool

        fileprivate mutating func update(stamp: FileStamp) {
            row.stamp = stamp
            isUpdate = true
        }
    }

    /// Looks at an input without reading it.
    func glance(at entry: WalkEntry) -> Glance {
        guard entry.kind == .file,
            let status = try? FileStatus(of: entry.absolutePath, followsLinks: entry.followsLinks)
        else { return .unknown }
        if isUnsettled(status.stamp) { return .unsettled }
        guard options.onlyNew, let row = try? ledger.row(for: entry.ledgerKey),
            row.stamp == status.stamp, let known = known(row)
        else { return .unknown }
        return .unchanged(known)
    }

    /// Looks for a file's content among the known ones.
    ///
    /// - Parameters:
    ///   - digest: Of the file's bytes.
    ///   - stamp: The file's size and time.
    ///   - entry: Where it was found.
    /// - Returns: A record that holds for it: that of the same path where only its time has changed, or one of another
    ///   path that it was moved or copied from.
    func recognize(_ digest: SHA256Digest, stamp: FileStamp, at entry: WalkEntry) -> Unchanged? {
        guard options.onlyNew else { return nil }
        let key = entry.ledgerKey
        // The input's own record first: it may be a flagged one, whose folder has its name.
        if let row = try? ledger.row(for: key), row.sha256 == digest, var known = known(row) {
            known.update(stamp: stamp)
            return known
        }
        let rows =
            (try? ledger.rows(sha256: digest, size: stamp.size, provenance: provenance)) ?? []
        for row in rows where row.key != key && row.outcome != .flagged {
            guard var known = known(row),
                let moved = known.record.moved(
                    to: entry.relativePath.description,
                    base64: entry.relativePath.base64
                ),
                let line = try? ReportJSON.line(moved, what: moved.path)
            else { continue }
            known.record = moved
            known.row.key = key
            known.row.record = line
            known.update(stamp: stamp)
            return known
        }
        return nil
    }

    /// The record of a row, if it still holds.
    private func known(_ row: LedgerRow) -> Unchanged? {
        guard row.provenance == provenance,
            let record = try? ReportJSON.decode(ImageRecord.self, from: row.record),
            !isWorthAnotherTry(record)
        else { return nil }
        let isReported = options.reportsUnchanged || row.run.map(unfinished.contains) ?? true
        return Unchanged(
            record: record,
            row: row,
            isReported: isReported,
            lacksPictures: isReported
                && !ReportWriter.isKept(record, model: model, in: reportFolder)
        )
    }

    /// Whether a failure may be gone without the file having changed.
    private func isWorthAnotherTry(_ record: ImageRecord) -> Bool {
        guard let failure = record.failure else { return false }
        return options.retriesFailed || failure.stage != ItemFailure.Stage.decode.rawValue
            || failure.code == DecodeError.Code.outOfMemory.rawValue
    }

    /// Whether the file was changed so lately that it may not be whole.
    private func isUnsettled(_ stamp: FileStamp) -> Bool {
        guard options.settle > .zero else { return false }
        let age = started.timeIntervalSince1970 - Double(stamp.modificationTime) / 1e9
        let settle = options.settle.seconds
        // A file from the future comes from another clock; waiting for it could take years.
        return age < settle && age > -settle
    }
}

extension Duration {
    /// The duration in seconds.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

extension WalkEntry {
    /// The input's key in a ledger, the same whatever folder the program runs in.
    var ledgerKey: InputKey {
        var root = absolutePath.bytes
        // A root that is a file is its own root.
        if root.count > relativePath.bytes.count,
            root.suffix(relativePath.bytes.count).elementsEqual(relativePath.bytes)
        {
            root.removeLast(relativePath.bytes.count)
        }
        while root.count > 1, root.last == RawPath.slash { root.removeLast() }
        return InputKey(root: root, path: relativePath.bytes)
    }
}
