internal import Digests
internal import Reports
internal import RunLedger

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Stores what a run learns of its inputs, some rows at a time, after the report has it.
///
/// What is lost when the program is killed between two times is scored again by the next run.
struct LedgerWriter {
    private let ledger: Ledger
    private let run: RunIdentifier
    private var rows: [LedgerRow] = []
    private var seen: [InputKey] = []
    private var stored = ContinuousClock.now

    private static let mostRows = 64
    private static let mostKeys = 1024
    private static let longest = Duration.seconds(2)

    init(_ ledger: Ledger, run: RunIdentifier) {
        self.ledger = ledger
        self.run = run
    }

    /// Takes an input's row, once its record is in the report.
    mutating func add(_ row: LedgerRow) { rows.append(row) }

    /// Takes an input that an earlier run's row still speaks of.
    mutating func addSeen(_ key: InputKey) { seen.append(key) }

    /// Whether so much waits, or so long, that it should be stored.
    var isDue: Bool {
        rows.count >= Self.mostRows || seen.count >= Self.mostKeys
            || ContinuousClock.now - stored > Self.longest
    }

    /// Stores what waits; the report must be on the disk.
    mutating func store() throws(LedgerError) {
        try ledger.upsert(rows, seenBy: run)
        try ledger.markSeen(seen, by: run)
        rows.removeAll(keepingCapacity: true)
        seen.removeAll(keepingCapacity: true)
        stored = .now
    }
}

extension LedgerRow {
    /// The row of a record that a run has written.
    init(
        _ record: ImageRecord,
        key: InputKey,
        stamp: FileStamp?,
        provenance: Provenance,
        run: RunIdentifier?,
        scoredAt: Date
    ) throws(ReportError) {
        self.init(
            key: key,
            stamp: stamp,
            sha256: record.sha256.flatMap { .init(hexDigits: $0) },
            provenance: provenance,
            outcome: InputOutcome(record.status),
            score: record.score.map { Double($0) },
            pValue: record.pValue,
            flaggedIdentifier: record.id,
            record: try ReportJSON.line(record, what: record.path),
            run: run,
            scoredAt: scoredAt
        )
    }
}

extension InputOutcome {
    init(_ status: ImageRecord.Status) {
        self =
            switch status {
            case .ok: .ok
            case .flagged: .flagged
            case .failed: .failed
            }
    }
}
