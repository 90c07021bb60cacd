import Foundation
import RunLedger
import TestSupport
import Testing

@Suite struct LedgerListingTests {
    @Test func goesThroughManyRowsInTheOrderOfKeys() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let run = try ledger.begin(Sample.start)
            var generator = SystemRandomNumberGenerator()
            let rows = (0..<10_000).map { Sample.row($0, run: run) }
            try ledger.upsert(rows.shuffled(using: &generator), seenBy: run)
            #expect(try ledger.allRows() == rows)

            var cursor = ledger.rows(limit: 300)
            for row in rows.prefix(300) { #expect(try cursor.next() == row) }
            #expect(try cursor.next() == nil)
            #expect(try cursor.next() == nil)
            cursor = ledger.rows(limit: 0)
            #expect(try cursor.next() == nil)
        }
    }

    @Test("a cursor holds a few hundred rows, not all")
    func boundsItsMemory() async throws {
        try await withTemporaryFolder { folder in
            let rows = try folder.makeLedger(count: 10_000)
            let ledger = try Ledger.open(folder.path("ledger.db"))
            var cursor = ledger.rows()
            #expect(try cursor.next() == rows[0])
            // What the cursor does not hold yet disappears from under it.
            try ledger.remove(rows[1..<9_990].map(\.key))
            var rest: [LedgerRow] = []
            while let row = try cursor.next() { rest.append(row) }
            #expect(rest.count <= 500)
            #expect(Array(rest.suffix(10)) == Array(rows.suffix(10)))
        }
    }

    @Test func filters() async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let run = try ledger.begin(Sample.start)
            let outcomes: [InputOutcome] = [.ok, .flagged, .failed, .ok]
            let paths: [[UInt8]] = [
                Array("a/one.png".utf8), Array("a/two.PNG".utf8), [0xFF, 0x2F, 0x61],
                Array("b[1]/one.png".utf8),
            ]
            var rows = (0..<4).map { Sample.row($0, run: run, outcome: outcomes[$0]) }
            for (index, path) in paths.enumerated() {
                rows[index].key = InputKey(root: [UInt8(index / 2)], path: path)
            }
            try ledger.upsert(rows, seenBy: run)

            func numbers(_ filter: RowFilter) throws -> Set<Int> {
                Set(try ledger.allRows(matching: filter).compactMap { rows.firstIndex(of: $0) })
            }
            #expect(try numbers(RowFilter()) == [0, 1, 2, 3])
            #expect(try numbers(RowFilter(outcomes: [])) == [])
            #expect(try numbers(RowFilter(outcomes: [.flagged, .failed])) == [1, 2])
            #expect(try numbers(RowFilter(root: [1])) == [2, 3])
            #expect(try numbers(RowFilter(outcomes: [.ok], root: [1])) == [3])
            #expect(try numbers(RowFilter(path: .glob("*.png"))) == [0, 3])
            #expect(try numbers(RowFilter(path: .glob("a/t?o.*"))) == [1])
            #expect(try numbers(RowFilter(path: .glob("b[[]1]/*"))) == [3])
            #expect(try numbers(RowFilter(path: .glob("*a"))) == [2])
            #expect(try numbers(RowFilter(path: .containing([0xFF]))) == [2])
            #expect(try numbers(RowFilter(path: .containing(Array("one".utf8)))) == [0, 3])
            #expect(try numbers(RowFilter(path: .containing(Array("'; --".utf8)))) == [])

            let counts = try ledger.counts()
            #expect(counts.ok == 2 && counts.flagged == 1 && counts.failed == 1)
            #expect(counts.inputs == 4)
        }
    }
}
