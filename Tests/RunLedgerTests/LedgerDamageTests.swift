import Foundation
import RunLedger
import TestSupport
import Testing

@Suite struct LedgerDamageTests {
    @Test(
        "a file that is no database is set aside as it is",
        arguments: ["not a database\n", String(repeating: "text ", count: 5000), "SQ"]
    )
    func setsAsideText(text: String) async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write(text, to: "ledger.db")
            #expect(throws: LedgerError.self) { try Ledger.open(path, for: .reading) }
            #expect(try folder.text("ledger.db") == text)

            let ledger = try Ledger.open(path)
            let setAside = try #require(ledger.recovered)
            #expect(setAside.path == path)
            #expect(setAside.damagedPath == path + ".damaged-1")
            #expect(setAside.description.contains("ledger.db.damaged-1"))
            #expect(try folder.text("ledger.db.damaged-1") == text)
            let run = try ledger.begin(Sample.start)
            try ledger.upsert([Sample.row(1, run: run)], seenBy: run)
            try ledger.close()
            let again = try Ledger.open(path)
            #expect(again.recovered == nil)
            #expect(try again.allRows() == [Sample.row(1, run: run)])
        }
    }

    @Test func neverOverwritesWhatWasSetAside() async throws {
        try await withTemporaryFolder { folder in
            try folder.write("kept", to: "ledger.db.damaged-1")
            try folder.write("kept", to: "ledger.db.damaged-2-wal")
            for number in 3...5 {
                let path = try folder.write("damaged \(number)", to: "ledger.db")
                let ledger = try Ledger.open(path)
                #expect(ledger.recovered?.damagedPath == "\(path).damaged-\(number)")
                try ledger.close()
            }
            #expect(try folder.text("ledger.db.damaged-1") == "kept")
            #expect(try folder.text("ledger.db.damaged-2-wal") == "kept")
            for number in 3...5 {
                #expect(try folder.text("ledger.db.damaged-\(number)") == "damaged \(number)")
            }
        }
    }

    @Test("every byte of the header, flipped")
    func survivesFlippedHeaders() async throws {
        try await withTemporaryFolder { folder in
            let rows = try folder.makeLedger(count: 50)
            let whole = try folder.bytes("ledger.db")
            var recovered = 0
            for offset in 0..<100 {
                var bytes = whole
                bytes[offset] ^= 0xFF
                let name = "flipped-\(offset).db"
                let path = try folder.write(bytes, to: name)
                do {
                    let ledger = try Ledger.open(path)
                    let found = try ledger.allRows()
                    guard let setAside = ledger.recovered else {
                        #expect(found == rows, "offset \(offset)")
                        continue
                    }
                    recovered += 1
                    #expect(found.isEmpty)
                    let kept = FileManager.default.contents(atPath: setAside.damagedPath)
                    #expect(kept.map { [UInt8]($0) } == bytes, "offset \(offset)")
                } catch let error as LedgerError {
                    // The marks that tell whose file it is, and the one that forbids writing.
                    switch error {
                    case .newerVersion: #expect((60..<64).contains(offset))
                    case .notALedger: #expect((68..<72).contains(offset))
                    case .readOnly: #expect(offset == 18)
                    default: Issue.record("offset \(offset): \(error)")
                    }
                    #expect(try folder.bytes(name) == bytes, "offset \(offset)")
                }
            }
            #expect(recovered > 20)
        }
    }

    @Test("cut off at every sixteenth", arguments: 1..<16)
    func setsAsideTruncatedFiles(part: Int) async throws {
        try await withTemporaryFolder { folder in
            _ = try folder.makeLedger(count: 500)
            let whole = try folder.bytes("ledger.db")
            let bytes = Array(whole.prefix(whole.count * part / 16 + 1))
            let path = try folder.write(bytes, to: "ledger.db")
            let ledger = try Ledger.open(path)
            #expect(ledger.recovered != nil)
            #expect(try folder.bytes("ledger.db.damaged-1") == bytes)
            #expect(try ledger.counts().inputs == 0)
        }
    }

    /// Makes a ledger with garbage in its middle.
    private func makeGarbled(in folder: TemporaryFolder) throws -> [LedgerRow] {
        let rows = try folder.makeLedger(count: 2000)
        var bytes = try folder.bytes("ledger.db")
        for index in bytes.count / 4..<bytes.count * 3 / 4 { bytes[index] = 0xAA }
        try folder.write(bytes, to: "ledger.db")
        return rows
    }

    @Test("after a sudden end the whole file is checked, and set aside with its log")
    func findsGarbageAfterASuddenEnd() async throws {
        try await withTemporaryFolder { folder in
            _ = try folder.makeLedger(count: 2000)
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let run = try ledger.begin(Sample.start)
            try folder.copyLedger("ledger.db", to: "copy.db")
            var bytes = try folder.bytes("copy.db")
            let log = try folder.bytes("copy.db-wal")
            for index in bytes.count / 4..<bytes.count * 3 / 4 { bytes[index] = 0xAA }
            try folder.write(bytes, to: "copy.db")
            #expect(!log.isEmpty && run.rawValue == 2)

            let copy = try Ledger.open(folder.path("copy.db"))
            #expect(copy.recovered != nil)
            #expect(try copy.counts().inputs == 0)
            #expect(try folder.bytes("copy.db.damaged-1") == bytes)
            #expect(try folder.bytes("copy.db.damaged-1-wal") == log)
            #expect(folder.contains("copy.db.damaged-1-shm"))
        }
    }

    @Test func findsGarbageWhenAsked() async throws {
        try await withTemporaryFolder { folder in
            _ = try makeGarbled(in: folder)
            let reader = try Ledger.open(folder.path("ledger.db"), for: .reading)
            let error = #expect(throws: LedgerError.self) { try reader.check() }
            guard case .damaged = error else {
                Issue.record("unexpected: \(String(describing: error))")
                return
            }
            try reader.close()
            #expect(!folder.contains("ledger.db.damaged-1"))

            let ledger = try Ledger.open(folder.path("ledger.db"))
            try ledger.check()
            #expect(ledger.recovered != nil)
            #expect(folder.contains("ledger.db.damaged-1"))
            try ledger.check()
        }
    }

    @Test("a run that meets damage goes on with a new ledger that knows the run")
    func recoversInTheMiddleOfARun() async throws {
        try await withTemporaryFolder { folder in
            let rows = try makeGarbled(in: folder)
            let ledger = try Ledger.open(folder.path("ledger.db"))
            let run = try ledger.begin(Sample.start)
            #expect(ledger.recovered == nil)
            await withTaskGroup(of: Void.self) { group in
                for worker in 0..<8 {
                    group.addTask {
                        for index in stride(from: worker, to: rows.count, by: 8) {
                            #expect(throws: Never.self) {
                                _ = try ledger.row(for: rows[index].key)
                            }
                        }
                    }
                }
            }
            #expect(ledger.recovered != nil)
            #expect(try folder.contents().filter { $0.hasSuffix("damaged-1") }.count == 1)
            #expect(!folder.contains("ledger.db.damaged-2"))
            #expect(try ledger.unfinishedRun()?.start == Sample.start)

            // The run that scored it went with the old ledger.
            var moved = rows[0]
            try ledger.upsert([moved], seenBy: run)
            moved.run = nil
            #expect(try ledger.allRows() == [moved])
            let end = RunEnd(finishedAt: Sample.day, counts: RunCounts(), exitStatus: 0)
            try ledger.finish(run, end)
            #expect(try ledger.runs().map(\.end) == [end])
        }
    }

    @Test func setsAsideTheTargetOfALink() async throws {
        try await withTemporaryFolder { folder in
            let target = try folder.write("not a database\n", to: "disk/real.db")
            try folder.link("ledger.db", to: "disk/real.db")
            let ledger = try Ledger.open(folder.path("ledger.db"))
            #expect(ledger.path == target)
            #expect(ledger.recovered?.damagedPath == target + ".damaged-1")
            #expect(try folder.bytes("ledger.db") == folder.bytes("disk/real.db"))
        }
    }
}
