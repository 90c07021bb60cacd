import Digests
import Foundation
import RunLedger
import TestSupport

/// Rows and runs to test with.
enum Sample {
    static let day = Date(timeIntervalSince1970: 1_780_000_000.125)
    static let provenance = Provenance(model: SHA256Digest(of: [1]), settings: [0, 1, 254, 255])

    static let start = RunStart(
        startedAt: day,
        command: "scan",
        provenance: provenance,
        reportPath: "/srv/report",
        host: "press-3",
        processIdentifier: 4711
    )

    static func key(_ number: Int, root: String = "/srv/in") -> InputKey {
        let digits = String(number + 1_000_000).dropFirst()
        return InputKey(root: Array(root.utf8), path: Array("part-\(digits).png".utf8))
    }

    static func row(
        _ number: Int,
        run: RunIdentifier? = nil,
        outcome: InputOutcome = .ok,
        recordLength: Int = 40
    ) -> LedgerRow {
        LedgerRow(
            key: key(number),
            stamp: FileStamp(
                size: Int64(1000 + number),
                modificationTime: 1_780_000_000_123_456_789 + Int64(number)
            ),
            sha256: SHA256Digest(of: Array("\(number)".utf8)),
            provenance: provenance,
            outcome: outcome,
            score: Double(number) / 3,
            pValue: 0.25,
            record: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: recordLength),
            run: run,
            scoredAt: day
        )
    }
}

extension Ledger {
    /// All rows, by the cursor.
    func allRows(matching filter: RowFilter = RowFilter()) throws -> [LedgerRow] {
        var cursor = rows(matching: filter)
        var rows: [LedgerRow] = []
        while let row = try cursor.next() { rows.append(row) }
        return rows
    }
}

extension TemporaryFolder {
    /// Makes a ledger of `count` inputs with one finished run, and closes it.
    func makeLedger(_ name: String = "ledger.db", count: Int) throws -> [LedgerRow] {
        let ledger = try Ledger.open(path(name))
        let run = try ledger.begin(Sample.start)
        let rows = (0..<count).map { Sample.row($0, run: run) }
        try ledger.upsert(rows, seenBy: run)
        try ledger.finish(
            run,
            RunEnd(finishedAt: Sample.day, counts: RunCounts(ok: count), exitStatus: 0)
        )
        try ledger.close()
        return rows
    }

    /// Copies a database with the files that SQLite put beside it: what a power failure leaves.
    func copyLedger(_ name: String, to copy: String) throws {
        for suffix in ["", "-wal"] where contains(name + suffix) {
            try write(bytes(name + suffix), to: copy + suffix)
        }
    }
}
