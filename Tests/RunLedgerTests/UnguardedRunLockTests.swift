import Files
import Foundation
import RunLedger
import TestSupport
import Testing

/// Locks on a file system that has none.
@Suite struct UnguardedRunLockTests {
    private func acquire(
        _ path: String,
        as holder: LockHolder = RunLockTests.me,
        code: Int32 = ENOLCK
    ) throws -> RunLock {
        try RunLock.acquire(path, as: holder) { (file) throws(FileError) in
            throw FileError(operation: .lock, path: file.path, code: code)
        }
    }

    private func holder(host: String = "press-3", process: Int32) -> LockHolder {
        LockHolder(
            host: host,
            processIdentifier: process,
            startedAt: .distantPast,
            command: "scan"
        )
    }

    @Test(arguments: [ENOLCK, ENOTSUP, EOPNOTSUPP, ENOSYS])
    func goesByTheLine(code: Int32) async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("lock")
            let lock = try acquire(path, code: code)
            #expect(!lock.isSystemLock)
            #expect(throws: LedgerError.held(path: path, by: RunLockTests.me)) {
                try acquire(path, as: holder(process: getpid()), code: code)
            }
            lock.release()
            #expect(try acquire(path, code: code).previous == nil)
        }
    }

    @Test func otherErrorsAreErrors() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("lock")
            let error = FileError(operation: .lock, path: path, code: EIO)
            #expect(throws: LedgerError.file(error)) { try acquire(path, code: EIO) }
            let bytes = try folder.bytes("lock")
            #expect(bytes.isEmpty)
        }
    }

    @Test func takesOverFromAProcessThatDied() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("lock")
            let child = try ChildProcess("exec sleep 60", "")
            let other = holder(process: child.identifier)
            let forgotten = try acquire(path, as: other)
            let line = try folder.bytes("lock")
            #expect(throws: LedgerError.held(path: path, by: other)) { try acquire(path) }
            child.kill()
            let lock = try acquire(path)
            #expect(lock.previous == other)
            forgotten.release()
            try folder.write(line, to: "lock")
            #expect(try acquire(path).previous == other)
        }
    }

    @Test("a process of somebody else is alive", .enabled(if: kill(1, 0) != 0 && errno == EPERM))
    func countsForeignProcessesAsAlive() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("lock")
            let first = try acquire(path, as: holder(process: 1))
            #expect(throws: LedgerError.held(path: path, by: holder(process: 1))) {
                try acquire(path)
            }
            first.release()
        }
    }

    @Test func believesOtherMachines() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("lock")
            // Such a process can't be on this machine.
            let other = holder(host: "press-4", process: .max)
            let first = try acquire(path, as: other)
            #expect(throws: LedgerError.held(path: path, by: other)) { try acquire(path) }
            first.release()
        }
    }

    @Test(arguments: [Int32(0), -1, .min])
    func takesOverFromImpossibleProcesses(process: Int32) async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path("lock")
            let first = try acquire(path, as: holder(process: process))
            #expect(try acquire(path).previous == holder(process: process))
            first.release()
        }
    }
}
