import Files
import Foundation
import RunLedger
import TestSupport
import Testing

@Suite struct LedgerErrorTests {
    @Test(arguments: ["foreign.db", "foreign-wal.db"], [Ledger.Access.reading, .writing])
    func leavesOtherDatabasesAlone(name: String, access: Ledger.Access) async throws {
        let golden = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
        let bytes = [UInt8](try Data(contentsOf: golden.appending(path: name)))
        try await withTemporaryFolder { folder in
            let path = try folder.write(bytes, to: name)
            let error = #expect(throws: LedgerError.self) { try Ledger.open(path, for: access) }
            let detail = "it is a database of another program"
            #expect(error == .notALedger(path: path, detail: detail))
            #expect(try folder.bytes(name) == bytes)
            #expect(try folder.contents().allSatisfy { !$0.contains("damaged") })
        }
    }

    @Test func leavesLedgersOfLaterVersionsAlone() async throws {
        try await withTemporaryFolder { folder in
            _ = try folder.makeLedger(count: 3)
            var bytes = try folder.bytes("ledger.db")
            bytes[63] = 3
            let path = try folder.write(bytes, to: "ledger.db")
            let error = #expect(throws: LedgerError.self) { try Ledger.open(path) }
            #expect(error == .newerVersion(path: path, found: 3, supported: 2))
            #expect(error?.description.contains("format 3") == true)
            #expect(try folder.bytes("ledger.db") == bytes)
        }
    }

    @Test func readsOnlyWhatIsThere() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("ledger.db")
            #expect(throws: LedgerError.missing(path: path)) {
                try Ledger.open(path, for: .reading)
            }
            let contents = try folder.contents()
            #expect(contents.isEmpty)
        }
    }

    @Test func writesNothingWhenReading() async throws {
        try await withTemporaryFolder { folder in
            let rows = try folder.makeLedger(count: 3)
            let bytes = try folder.bytes("ledger.db")
            let ledger = try Ledger.open(folder.path("ledger.db"), for: .reading)
            let error = LedgerError.readOnly(path: ledger.path)
            #expect(throws: error) { try ledger.begin(Sample.start) }
            #expect(throws: error) { try ledger.remove([rows[0].key]) }
            #expect(throws: error) { try ledger.compact() }
            #expect(try ledger.allRows() == rows)
            try ledger.close()
            #expect(try folder.bytes("ledger.db") == bytes)
        }
    }

    @Test func refusesWhatIsNoFile() async throws {
        try await withTemporaryFolder { folder in
            let inside = try folder.makeFolder("folder")
            #expect(throws: LedgerError.notALedger(path: inside, detail: "it is a folder")) {
                try Ledger.open(inside)
            }
            let pipe = folder.path("pipe")
            #expect(mkfifo(pipe, 0o600) == 0)
            #expect(throws: LedgerError.self) { try Ledger.open(pipe) }
        }
    }

    @Test func saysWhenTheFolderIsMissing() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("missing/ledger.db")
            let error = #expect(throws: LedgerError.self) { try Ledger.open(path) }
            #expect(error == .file(FileError(operation: .create, path: path, code: ENOENT)))
        }
    }

    @Test("names that mean something to SQLite are files here", arguments: [":memory:", "file:x"])
    func takesNamesLiterally(name: String) async throws {
        // Relative names count from the current folder, which is the package's.
        let ledger = try Ledger.open(name)
        try ledger.close()
        #expect(ledger.path == "./\(name)" || ledger.path.hasSuffix("/\(name)"))
        #expect(FileManager.default.fileExists(atPath: "./\(name)"))
        try FileManager.default.removeItem(atPath: "./\(name)")
    }

    @Test(.enabled(if: geteuid() != 0, "the system lets its administrator write anywhere"))
    func saysWhenItMayNotWrite() async throws {
        try await withTemporaryFolder { folder in
            _ = try folder.makeLedger(count: 3)
            let path = folder.path("ledger.db")
            #expect(chmod(path, 0o444) == 0)
            let error = #expect(throws: LedgerError.self) { try Ledger.open(path) }
            #expect(error == .file(FileError(operation: .open, path: path, code: EACCES)))
            #expect(chmod(path, 0o000) == 0)
            #expect(throws: LedgerError.self) { try Ledger.open(path, for: .reading) }
            #expect(try folder.contents().allSatisfy { !$0.contains("damaged") })
        }
    }

    @Test func keepsWhatItHasWhenTheDiskIsFull() async throws {
        try await withTemporaryFolder { folder in
            var options = Ledger.Options()
            options.pageLimit = 40
            let path = folder.path("ledger.db")
            let ledger = try Ledger(path, for: .writing, options: options)
            let run = try ledger.begin(Sample.start)
            let rows = (0..<2000).map { Sample.row($0, run: run, recordLength: 200) }
            try ledger.upsert(Array(rows.prefix(20)), seenBy: run)
            let error = #expect(throws: LedgerError.self) {
                try ledger.upsert(rows, seenBy: run)
            }
            #expect(error == .diskFull(path: path))
            #expect(error?.description.contains("free some space") == true)
            #expect(try ledger.allRows() == Array(rows.prefix(20)))
            #expect(ledger.recovered == nil)
            try ledger.upsert([Sample.row(3, run: run)], seenBy: run)
        }
    }

    @Test(.enabled(if: ChildProcess.has("python3"), "needs the program python3"))
    func saysWhenAnotherProgramLocksIt() async throws {
        try await withTemporaryFolder { folder in
            _ = try folder.makeLedger(count: 3)
            let path = folder.path("ledger.db")
            var options = Ledger.Options()
            options.busyTimeout = 0.05
            let ledger = try Ledger(path, for: .writing, options: options)
            let program = """
                import sqlite3, sys, time
                db = sqlite3.connect(sys.argv[1])
                db.execute("BEGIN IMMEDIATE")
                print("locked", flush=True)
                time.sleep(60)
                """
            let child = try ChildProcess("exec python3 -c '\(program)' \"$0\"", path)
            try child.waitForLine("locked")
            #expect(throws: LedgerError.busy(path: path)) { try ledger.begin(Sample.start) }
            #expect(try ledger.counts().ok == 3)
            child.kill()
        }
    }
}
