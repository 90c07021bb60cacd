import Digests
import Foundation
import RunLedger
import TestSupport
import Testing

/// Images are found by what people call them.
@Suite struct InputLookupTests {
    /// A ledger of a few inputs.
    private func withLookup(
        _ body: (InputLookup, [LedgerRow]) throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let run = try ledger.begin(Sample.start)
            let names: [(root: String, path: [UInt8], id: String?)] = [
                ("/srv/in", Array("a/bracket.png".utf8), "bracket-1f3a8c21"),
                ("/srv/in", Array("b/bracket.png".utf8), "bracket-00000002"),
                ("/srv/in", Array("good.png".utf8), nil),
                ("/srv/in", [0xFF, 0x0A] + Array("\"odd'.png".utf8), "odd-00000003"),
                ("/", Array("top.png".utf8), "top-00000004"),
                ("/other", Array("copy.png".utf8), nil),
                ("/other", Array("a/bracket.png".utf8), "bracket-1f3a8c21"),
            ]
            let rows = names.enumerated().map { number, name in
                var row = Sample.row(
                    // The copy has the content of the first.
                    number == 5 ? 0 : number,
                    run: run,
                    outcome: name.id == nil ? .ok : .flagged
                )
                row.key = InputKey(root: Array(name.root.utf8), path: name.path)
                row.flaggedIdentifier = name.id
                return row
            }
            try ledger.upsert(rows, seenBy: run)
            try body(InputLookup(in: ledger, from: Array("/srv".utf8)), rows)
        }
    }

    @Test func findsOneImage() async throws {
        try await withLookup { lookup, rows throws in
            let digits = "\(SHA256Digest(of: Array("1".utf8)))"
            let names: [(String, Int)] = [
                ("bracket-00000002", 1), ("report/flagged/bracket-00000002/", 1),
                ("/srv/in/a/bracket.png", 0), ("in/a/bracket.png", 0), ("./in/x/../good.png", 2),
                ("b/bracket.png", 1), ("good.png", 2), ("/top.png", 4),
                (String(digits.prefix(6)), 1), (digits.uppercased(), 1),
                ("odd-00000003", 3), ("\u{FFFD}\n\"odd'.png", 3),
                // Of two inputs of one content the flagged one is told.
                (String("\(SHA256Digest(of: Array("0".utf8)))".prefix(10)), 0),
            ]
            for (name, number) in names {
                #expect(try lookup.find(name) == .one(rows[number]), "\(name)")
            }
        }
    }

    @Test func namesAllThatFit() async throws {
        try await withLookup { lookup, rows throws in
            let both = [rows[6], rows[0]].sorted { $0.key < $1.key }
            #expect(try lookup.find("bracket-1f3a8c21") == .several(both))
            #expect(try lookup.find("a/bracket.png") == .several(both))
            let all = [rows[0], rows[1], rows[6]].sorted { $0.key < $1.key }
            #expect(try lookup.find("bracket.png") == .several(all))
        }
    }

    @Test func namesTheNearest() async throws {
        try await withLookup { lookup, rows throws in
            guard case .none(let nearest) = try lookup.find("braket-00000002") else {
                Issue.record("found")
                return
            }
            #expect(nearest.first == rows[1])
            #expect((1...3).contains(nearest.count))
            let hopeless = [
                "", "/", "//", "racket.png", "*", "%", "'; DROP TABLE inputs; --", "\0",
                "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
                String(repeating: "a/", count: 5000), "12345", "\u{FFFD}", "flagged/",
            ]
            for name in hopeless {
                guard case .none = try lookup.find(name) else {
                    Issue.record("\(name.prefix(50)) found")
                    continue
                }
            }
        }
    }
}
