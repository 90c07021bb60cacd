import Foundation
import RunLedger
import TestSupport
import Testing

@Suite struct LedgerRunTests {
    @Test func keepsRuns() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("ledger.db")
            let ledger = try Ledger.open(path)
            #expect(try ledger.unfinishedRun() == nil)
            let first = try ledger.begin(Sample.start)
            let end = RunEnd(
                finishedAt: Sample.day.addingTimeInterval(90.5),
                counts: RunCounts(ok: 1, flagged: 2, failed: 3, unchanged: 4, postponed: 5),
                exitStatus: 143,
                scores: Array(#"{"p50":0.5}"#.utf8),
                drift: [0xFF]
            )
            try ledger.finish(first, end)
            #expect(try ledger.unfinishedRun() == nil)

            var start = Sample.start
            start.startedAt = Sample.day.addingTimeInterval(86400)
            let second = try ledger.begin(start)
            #expect(second > first)
            try ledger.close()

            let again = try Ledger.open(path, for: .reading)
            let entries = try again.runs()
            #expect(entries.map(\.identifier) == [second, first])
            #expect(entries.map(\.start) == [start, Sample.start])
            #expect(entries.map(\.end) == [nil, end])
            #expect(try again.runs(limit: 1) == [entries[0]])
            #expect(try again.unfinishedRun() == entries[0])
        }
    }

    @Test func refusesToFinishWhatNeverBegan() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let end = RunEnd(finishedAt: Sample.day, counts: RunCounts(), exitStatus: 0)
            #expect(
                throws: LedgerError.refused(path: ledger.path, detail: "there is no run 3")
            ) {
                try ledger.finish(RunIdentifier(rawValue: 3), end)
            }
        }
    }

    @Test func removesInputsThatAreGone() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let first = try ledger.begin(Sample.start)
            var rows = (0..<10).map { Sample.row($0, run: first) }
            rows[9].key = Sample.key(9, root: "/srv/other")
            try ledger.upsert(rows, seenBy: first)
            var rebuilt = Sample.row(10)
            rebuilt.stamp = nil
            try ledger.rebuild(from: [rebuilt])

            let second = try ledger.begin(Sample.start)
            try ledger.markSeen((0..<4).map { Sample.key($0) } + [Sample.key(77)], by: second)
            try ledger.upsert([Sample.row(4, run: first)], seenBy: second)
            let root = Sample.key(0).root
            #expect(try ledger.removeInputs(notSeenSince: first, roots: []) == 0)
            #expect(try ledger.removeInputs(notSeenSince: first, roots: [root]) == 1)
            #expect(try ledger.removeInputs(notSeenSince: second, roots: [root]) == 4)
            #expect(try ledger.allRows() == Array(rows[0..<5]) + [rows[9]])
            #expect(try ledger.remove([Sample.key(0), Sample.key(0), Sample.key(8)]) == 1)
            #expect(try ledger.row(for: Sample.key(0)) == nil)
        }
    }

    @Test func removesRunsThatNothingRefersTo() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let runs = try (0..<6).map { number in
                var start = Sample.start
                start.startedAt = Sample.day.addingTimeInterval(Double(number))
                return try ledger.begin(start)
            }
            // Run 0 scored an input, run 2 saw it; 1 is old and unused, 4 unused but younger.
            try ledger.upsert([Sample.row(1, run: runs[0])], seenBy: runs[2])
            let limit = Sample.day.addingTimeInterval(3.5)
            #expect(try ledger.removeRuns(startedBefore: limit) == 2)
            #expect(
                try ledger.runs().map(\.identifier) == [runs[5], runs[4], runs[2], runs[0]]
            )
            #expect(try ledger.removeRuns(startedBefore: .distantFuture) == 1)
            #expect(try ledger.runs().map(\.identifier) == [runs[5], runs[2], runs[0]])
            #expect(try ledger.row(for: Sample.key(1)) == Sample.row(1, run: runs[0]))
        }
    }

    @Test func givesSpaceBack() async throws {
        try await withTemporaryFolder { folder in
            let rows = try folder.makeLedger(count: 3000)
            let before = try folder.bytes("ledger.db").count
            let ledger = try Ledger.open(folder.path("ledger.db"))
            #expect(try ledger.remove(rows.dropFirst(5).map(\.key)) == 2995)
            try ledger.compact()
            let after = try folder.bytes("ledger.db").count
            #expect(after < before / 5)
            #expect(try ledger.allRows() == Array(rows.prefix(5)))
        }
    }
}
