import Foundation
import RunLedger
import TestSupport
import Testing

@Suite struct LedgerDurabilityTests {
    @Test("what was stored is there in a copy of the files at that moment")
    func survivesASuddenEnd() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let run = try ledger.begin(Sample.start)
            for end in 1...20 {
                try ledger.upsert([Sample.row(end, run: run)], seenBy: run)
                try folder.copyLedger("ledger.db", to: "copy-\(end).db")
                let copy = try Ledger.open(folder.path("copy-\(end).db"))
                #expect(copy.recovered == nil)
                #expect(try copy.allRows() == (1...end).map { Sample.row($0, run: run) })
                #expect(try copy.unfinishedRun()?.identifier == run)
            }
        }
    }

    @Test("a log that is cut off holds the first batches, each one whole")
    func survivesATornLog() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let run = try ledger.begin(Sample.start)
            let batch = 25
            for start in stride(from: 0, to: 250, by: batch) {
                let rows = (start..<start + batch).map { Sample.row($0, run: run) }
                try ledger.upsert(rows, seenBy: run)
            }
            let log = try folder.bytes("ledger.db-wal")
            var seen: Set<Int> = []
            for part in 0...16 {
                let name = "cut-\(part).db"
                try folder.write(try folder.bytes("ledger.db"), to: name)
                try folder.write(log.prefix(log.count * part / 16), to: "\(name)-wal")
                let cut = try Ledger.open(folder.path(name))
                #expect(cut.recovered == nil)
                let rows = try cut.allRows()
                #expect(rows.count.isMultiple(of: batch))
                #expect(rows == (0..<rows.count).map { Sample.row($0, run: run) })
                seen.insert(rows.count)
            }
            #expect(seen.contains(250))
            #expect(seen.count > 4)
        }
    }

    @Test(
        "waits for the disk with each commit, and trusts no file",
        arguments: [
            ("synchronous", "2"), ("journal_mode", "wal"), ("foreign_keys", "1"),
            ("trusted_schema", "0"), ("cell_size_check", "1"),
        ]
    )
    func setsSQLiteUp(pragma: String, value: String) async throws {
        try await withTemporaryFolder { folder in
            // The second opening finds a ledger, the first makes one.
            for _ in 0..<2 {
                let ledger = try Ledger.open(folder.path("ledger.db"))
                #expect(try ledger.value(ofPragma: pragma) == value)
                try ledger.close()
            }
        }
    }

    @Test func leavesOneFileWhenClosed() async throws {
        try await withTemporaryFolder { folder in
            _ = try folder.makeLedger(count: 10)
            #expect(try folder.contents() == ["ledger.db"])
        }
    }
}
