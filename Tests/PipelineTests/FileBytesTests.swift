import Foundation
import Pipeline
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct FileBytesTests {
    private func code(_ path: String, limit: Int = 1000, followsLinks: Bool = false)
        -> InputError.Code?
    {
        do throws(InputError) {
            _ = try FileBytes.read(RawPath(path), limit: limit, followsLinks: followsLinks)
            return nil
        } catch {
            #expect(!error.detail.isEmpty)
            return error.code
        }
    }

    @Test(arguments: [0, 1, 4096, 3_000_001])
    func readsAWholeFile(size: Int) async throws {
        try await withTemporaryFolder { folder in
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            let path = try folder.write(bytes, to: "file")
            #expect(try FileBytes.read(RawPath(path), limit: size) == bytes)
        }
    }

    @Test func refusesMoreThanTheLimitBeforeTakingMemory() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write([1, 2, 3], to: "file")
            #expect(code(path, limit: 3) == nil)
            #expect(code(path, limit: 2) == .tooLarge)
            #expect(code(path, limit: 0) == .tooLarge)
            // A sparse file of 1 TiB: reading it would end in an out-of-memory kill.
            try FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: 1 << 40)
            #expect(code(path, limit: 1 << 30) == .tooLarge)
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status")))
    func readsAFileThatIsLongerThanItsSizeSays() throws {
        // Files in /proc have size 0 and content: as a file that grows while it is read.
        let bytes = try FileBytes.read(RawPath("/proc/self/status"), limit: 1 << 20)
        #expect(String(decoding: bytes, as: UTF8.self).contains("VmRSS"))
        #expect(code("/proc/self/status", limit: 10) == .tooLarge)
    }

    @Test func followsALinkOnlyWhenAsked() async throws {
        try await withTemporaryFolder { folder in
            try folder.write("x", to: "file")
            try folder.link("link", to: "file")
            try folder.link("nowhere", to: "missing")
            #expect(code(folder.path("link")) == .notAFile)
            #expect(code(folder.path("link"), followsLinks: true) == nil)
            #expect(code(folder.path("nowhere"), followsLinks: true) == .notFound)
        }
    }

    @Test func tellsReasonsApart() async throws {
        try await withTemporaryFolder { folder in
            try folder.write("x", to: "file")
            try folder.makeFolder("folder")
            #expect(code(folder.path("missing")) == .notFound)
            #expect(code(folder.path("file/below")) == .notFound)
            #expect(code(folder.path("folder")) == .notAFile)
            #expect(code("/dev/null") == .notAFile)
            #expect(code(folder.path("file") + "\0hidden") == .notFound)
            #expect(code(folder.path(String(repeating: "n", count: 300))) == .io)
        }
    }

    @Test func doesNotWaitForAPipe() async throws {
        try await withTemporaryFolder { folder in
            try makePipe(folder.path("pipe.png"))
            #expect(code(folder.path("pipe.png")) == .notAFile)
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func reportsAMissingPermission() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("x", to: "file")
            try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
            #expect(code(path) == .permission)
        }
    }
}

/// Makes a named pipe that nobody writes to.
func makePipe(_ path: String) throws {
    try #require(mkfifo(path, 0o600) == 0)
}
