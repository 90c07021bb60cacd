import Files
import Foundation
import RunLedger
import TestSupport
import Testing

@Suite struct RunLockTests {
    static let me = LockHolder(
        host: "press-3",
        processIdentifier: getpid(),
        startedAt: Date(timeIntervalSince1970: 1_780_000_000.75),
        command: "run nightly.yaml"
    )

    @Test func saysWhoHoldsIt() async throws {
        try await withTemporaryFolder { folder in
            let path = RunLock.path(forLedger: folder.path("ledger.db"))
            #expect(path.hasSuffix("/ledger.db.lock"))
            let lock = try RunLock.acquire(path, as: Self.me)
            #expect(lock.previous == nil)
            #expect(lock.isSystemLock)
            let line = """
                {"command":"run nightly.yaml","host":"press-3","pid":\(getpid()),\
                "started_at":"2026-05-28T20:26:40Z"}

                """
            #expect(try folder.text("ledger.db.lock") == line)

            let error = #expect(throws: LedgerError.self) {
                try RunLock.acquire(path, as: Self.me)
            }
            #expect(error == .held(path: path, by: Self.me))
            #expect(
                error?.description == "another run is at work: run nightly.yaml, process "
                    + "\(getpid()) on press-3 since 2026-05-28T20:26:40Z; "
                    + "wait for it to end (lock: \(path))"
            )
            #expect(try folder.text("ledger.db.lock") == line)

            lock.release()
            lock.release()
            #expect(try folder.text("ledger.db.lock").isEmpty)
            let next = try RunLock.acquire(path, as: Self.me)
            #expect(next.previous == nil)
        }
    }

    @Test func endsWithItsValue() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("lock")
            do {
                let lock = try RunLock.acquire(path, as: Self.me)
                #expect(lock.path == path)
            }
            #expect(try folder.bytes("lock").isEmpty)
            #expect(try RunLock.acquire(path, as: Self.me).previous == nil)
        }
    }

    @Test("releasing late leaves the next holder's line alone")
    func releasesItsOwnOnly() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("lock")
            let first = try RunLock.acquire(path, as: Self.me)
            first.release()
            let second = try RunLock.acquire(path, as: Self.me)
            first.release()
            #expect(try !folder.bytes("lock").isEmpty)
            #expect(throws: LedgerError.self) { try RunLock.acquire(path, as: Self.me) }
            second.release()
        }
    }

    @Test(.enabled(if: ChildProcess.has("flock"), "needs the program flock"))
    func takesOverFromAProcessThatDied() async throws {
        try await withTemporaryFolder { folder in
            let dead = LockHolder(
                host: "press-3",
                processIdentifier: 99,
                startedAt: .distantPast,
                command: "scan"
            )
            let line = """
                {"command":"scan","host":"press-3","pid":99,"started_at":"0001-01-01T00:00:00Z"}
                """
            let path = try folder.write(line, to: "lock")
            let child = try ChildProcess(
                "exec 9>>\"$0\"; flock 9 && echo locked; exec sleep 60",
                path
            )
            try child.waitForLine("locked")
            #expect(throws: LedgerError.held(path: path, by: dead)) {
                try RunLock.acquire(path, as: Self.me)
            }
            child.kill()
            let lock = try RunLock.acquire(path, as: Self.me)
            #expect(lock.previous == dead)
            #expect(try folder.text("lock").contains("nightly.yaml"))
        }
    }

    @Test("a line that makes no sense is nobody's", arguments: ["\u{0}\u{0}", "{}", "press-3 99"])
    func acceptsAnyLine(line: String) async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write(line, to: "lock")
            let lock = try RunLock.acquire(path, as: Self.me)
            #expect(lock.previous == nil)
            #expect(throws: LedgerError.held(path: path, by: Self.me)) {
                try RunLock.acquire(path, as: Self.me)
            }
        }
    }

    @Test func saysWhenTheFolderIsMissing() throws {
        let path = "/nonexistent-folder/lock"
        let error = FileError(operation: .create, path: path, code: ENOENT)
        #expect(throws: LedgerError.file(error)) { try RunLock.acquire(path, as: Self.me) }
    }

    @Test func waitsForTheOther() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("lock")
            let held = try RunLock.acquire(path, as: Self.me)
            async let next = RunLock.acquire(
                path,
                as: Self.me,
                wait: .seconds(60),
                poll: .milliseconds(5)
            )
            try await Task.sleep(for: .milliseconds(50))
            held.release()
            #expect(try await next.path == path)
        }
    }

    @Test func waitsNoLongerThanItsLimit() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("lock")
            let held = try RunLock.acquire(path, as: Self.me)
            let clock = ContinuousClock()
            for limit in [Duration.zero, .milliseconds(80)] {
                let began = clock.now
                await #expect(throws: LedgerError.held(path: path, by: Self.me)) {
                    try await RunLock.acquire(
                        path,
                        as: Self.me,
                        wait: limit,
                        poll: .seconds(3600)
                    )
                }
                let waited = clock.now - began
                // The interval is cut short by the limit.
                #expect(waited >= limit && waited < .seconds(600))
            }
            held.release()
        }
    }

    @Test func stopsWaitingWhenCancelled() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("lock")
            let held = try RunLock.acquire(path, as: Self.me)
            let waiting = Task {
                try await RunLock.acquire(path, as: Self.me, wait: .seconds(3600))
            }
            try await Task.sleep(for: .milliseconds(20))
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            held.release()
        }
    }
}
