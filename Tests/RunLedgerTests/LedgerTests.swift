import Digests
import Foundation
import RunLedger
import TestSupport
import Testing

@Suite struct LedgerTests {
    @Test func keepsRowsAcrossOpenings() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("ledger.db")
            let ledger = try Ledger.open(path)
            let run = try ledger.begin(Sample.start)
            var full = Sample.row(1, run: run, outcome: .flagged)
            full.flaggedIdentifier = "part-000001-4f"
            let bare = LedgerRow(
                key: InputKey(root: [], path: [0xFF, 0xFE, 0x2F, 0x80, 0x0A, 0x27]),
                provenance: Sample.provenance,
                outcome: .failed,
                record: [],
                scoredAt: Date(timeIntervalSince1970: -1.5)
            )
            try ledger.upsert([full, bare], seenBy: run)
            try ledger.close()

            for access in [Ledger.Access.reading, .writing] {
                let again = try Ledger.open(path, for: access)
                #expect(again.recovered == nil)
                #expect(try again.row(for: full.key) == full)
                #expect(try again.row(for: bare.key) == bare)
                #expect(try again.row(for: Sample.key(2)) == nil)
                try again.close()
            }
        }
    }

    @Test("tells paths apart that only differ in bytes that are not UTF-8")
    func keepsBytesOfPaths() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let run = try ledger.begin(Sample.start)
            let paths: [[UInt8]] = (1...255).map { [0x61, $0] } + [[0xC3], [0xC3, 0xA4], [0xE4]]
            let rows = paths.enumerated().map { number, path in
                var row = Sample.row(number, run: run)
                row.key = InputKey(root: [0xFF], path: path)
                return row
            }
            try ledger.upsert(rows, seenBy: run)
            for row in rows { #expect(try ledger.row(for: row.key) == row) }
            #expect(try ledger.allRows() == rows.sorted { $0.key < $1.key })
        }
    }

    @Test func beginsInAnEmptyFile() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("", to: "ledger.db")
            let ledger = try Ledger.open(path)
            #expect(ledger.recovered == nil)
            #expect(try ledger.counts() == LedgerCounts())
            #expect(try ledger.runs().isEmpty)
            try ledger.close()
            // Marks of the file format: where SQLite keeps user_version and application_id.
            let header = try folder.bytes("ledger.db")
            #expect(Array(header[60..<64]) == [0, 0, 0, 2])
            #expect(Array(header[68..<72]) == Array("RSDU".utf8))
            #expect(try folder.contents() == ["ledger.db"])
        }
    }

    @Test func replacesWhatWasKnown() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let run = try ledger.begin(Sample.start)
            try ledger.upsert([Sample.row(1, run: run), Sample.row(2, run: run)], seenBy: run)
            let later = try ledger.begin(Sample.start)
            var changed = Sample.row(1, run: later, outcome: .failed)
            changed.stamp = nil
            changed.sha256 = nil
            changed.score = nil
            changed.pValue = nil
            changed.record = [1, 2, 3]
            changed.provenance.settings = []
            changed.scoredAt = Sample.day.addingTimeInterval(60)
            try ledger.upsert([Sample.row(1), changed], seenBy: later)
            #expect(try ledger.allRows() == [changed, Sample.row(2, run: run)])
        }
    }

    @Test(
        "stores a batch whole or not at all",
        arguments: [
            { (rows: inout [LedgerRow], run: inout RunIdentifier) in rows[70].pValue = 1.5 },
            { rows, run in rows[99].pValue = -0.1 },
            { rows, run in run = RunIdentifier(rawValue: 12345) },
        ] as [@Sendable (inout [LedgerRow], inout RunIdentifier) -> Void]
    )
    func upsertsAtomically(
        spoil: @Sendable (inout [LedgerRow], inout RunIdentifier) -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            var run = try ledger.begin(Sample.start)
            let first = Sample.row(50, run: run, outcome: .flagged)
            try ledger.upsert([first], seenBy: run)

            var rows = (0..<100).map { Sample.row($0, run: run) }
            spoil(&rows, &run)
            let error = #expect(throws: LedgerError.self) {
                try ledger.upsert(rows, seenBy: run)
            }
            guard case .refused(let path, _) = error else {
                Issue.record("unexpected: \(String(describing: error))")
                return
            }
            #expect(path == ledger.path)
            #expect(try ledger.allRows() == [first])
            #expect(ledger.recovered == nil)
        }
    }

    @Test func findsTheSameContentElsewhere() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let run = try ledger.begin(Sample.start)
            var rows = (0..<4).map { Sample.row($0, run: run) }
            let digest = SHA256Digest(of: [9])
            for index in 0..<3 { rows[index].sha256 = digest }
            rows[0].stamp = FileStamp(size: 7, modificationTime: 0)
            rows[1].stamp = nil
            rows[2].stamp = FileStamp(size: 7, modificationTime: 1)
            rows[2].provenance.model = SHA256Digest(of: [2])
            try ledger.upsert(rows.reversed(), seenBy: run)

            #expect(try ledger.rows(sha256: digest, size: 7) == Array(rows[0..<3]))
            #expect(try ledger.rows(sha256: digest, size: 8) == [rows[1]])
            #expect(try ledger.rows(sha256: digest, size: 7, limit: 1) == [rows[0]])
            #expect(
                try ledger.rows(sha256: digest, size: 7, provenance: rows[2].provenance)
                    == [rows[2]]
            )
            #expect(try ledger.rows(sha256: SHA256Digest(of: [8]), size: 7).isEmpty)
        }
    }

    @Test func touchesWhatIsTheSame() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let run = try ledger.begin(Sample.start)
            var rows = [Sample.row(1, run: run), Sample.row(2, run: run)]
            rows[1].stamp = nil
            try ledger.upsert(rows, seenBy: run)
            let stamp = FileStamp(size: .max, modificationTime: .min)
            try ledger.touch([Sample.key(2): stamp, Sample.key(3): stamp])
            rows[1].stamp = stamp
            #expect(try ledger.allRows() == rows)
        }
    }

    @Test func rebuildsFromReportsInAnyOrder() async throws {
        func row(_ number: Int, seconds: Double) -> LedgerRow {
            var row = Sample.row(number)
            row.stamp = nil
            row.scoredAt = Sample.day.addingTimeInterval(seconds)
            row.record = Array("\(seconds)".utf8)
            return row
        }
        let early = (0..<1500).map { row($0, seconds: 0) }
        let late = (700..<2100).map { row($0, seconds: 60) }
        let expected = early.prefix(700) + late
        for reports in [early + late, late + early] {
            try await withTemporaryFolder { folder in
                let ledger = try Ledger.open(folder.path("ledger.db"))
                #expect(try ledger.rebuild(from: reports) == 2900)
                #expect(try ledger.allRows() == Array(expected))
                #expect(try ledger.rebuild(from: []) == 0)
            }
        }
    }

    @Test func servesTwoHandlesAtOnce() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("ledger.db")
            let one = try Ledger.open(path)
            let two = try Ledger.open(path)
            let reader = try Ledger.open(path, for: .reading)
            let run = try one.begin(Sample.start)
            try await withThrowingTaskGroup { group in
                for (index, ledger) in [one, two].enumerated() {
                    group.addTask {
                        for number in 0..<100 {
                            let row = Sample.row(2 * number + index, run: run)
                            try ledger.upsert([row], seenBy: run)
                        }
                    }
                }
                try await group.waitForAll()
            }
            for ledger in [one, two, reader] {
                #expect(try ledger.allRows() == (0..<200).map { Sample.row($0, run: run) })
            }
            try one.close()
            #expect(try two.counts().ok == 200)
            try two.close()
            #expect(try reader.counts().ok == 200)
        }
    }

    @Test("many that open a new ledger at once agree on it", arguments: 0..<5)
    func createsOnce(repetition: Int) async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("ledger.db")
            let runs = try await withThrowingTaskGroup(of: RunIdentifier.self) { group in
                for _ in 0..<8 {
                    group.addTask { try Ledger.open(path).begin(Sample.start) }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(runs.count == 8)
            #expect(try Ledger.open(path).runs().count == 8)
            #expect(try folder.contents().allSatisfy { $0.hasPrefix("ledger.db") })
        }
    }

    @Test func givesNothingAwayOnceClosed() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            try ledger.close()
            try ledger.close()
            #expect(throws: LedgerError.closed(path: ledger.path)) { try ledger.counts() }
        }
    }
}
