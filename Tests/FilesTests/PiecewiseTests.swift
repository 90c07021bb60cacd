import Files
import Foundation
import TestSupport
import Testing

@Suite struct LineReaderTests {
    private func lines(_ path: String, limit: Int = 1 << 24) throws -> [String] {
        var reader = try LineReader(path, limit: limit)
        var lines: [String] = []
        while let line = try reader.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        return lines
    }

    @Test(arguments: [
        ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\n\nb", ["a", "", "b"]), ("\n\n", ["", ""]),
    ])
    func readsLines(text: String, expected: [String]) async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write(text, to: "lines")
            #expect(try lines(path) == expected)
        }
    }

    @Test func readsLinesThatAreLongerThanItsBuffer() async throws {
        try await withTemporaryFolder { folder in
            let long = (0..<5).map { String(repeating: "\($0)", count: 65_535 + $0) }
            let path = try folder.write(long.joined(separator: "\n"), to: "lines")
            #expect(try lines(path) == long)
        }
    }

    @Test func refusesALineBeyondTheLimitAndWhatIsNoFile() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write(String(repeating: "x", count: 300_000), to: "long")
            #expect(throws: FileError(operation: .read, path: path, code: EFBIG)) {
                try lines(path, limit: 100_000)
            }
            #expect(throws: FileError(operation: .read, path: folder.path, code: EISDIR)) {
                try lines(folder.path)
            }
            #expect(throws: FileError.self) { try lines(folder.path("nothing")) }
        }
    }
}

@Suite struct PiecewiseAtomicFileTests {
    private struct Stopped: Error {}

    @Test func showsTheFileWhenAllPiecesAreWritten() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("old", to: "file")
            try AtomicFile.write(to: path) { file in
                try file.append(Array("new".utf8))
                #expect(try folder.text("file") == "old")
                try file.append(Array("er".utf8))
            }
            #expect(try folder.text("file") == "newer")
            #expect(try folder.contents() == ["file"])
        }
    }

    @Test func keepsTheFileWhenAPieceFails() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("old", to: "file")
            #expect(throws: Stopped.self) {
                try AtomicFile.write(to: path) { file in
                    try file.append(Array("new".utf8))
                    throw Stopped()
                }
            }
            #expect(try folder.text("file") == "old")
            #expect(try folder.contents() == ["file"])
            #expect(throws: FileError(operation: .create, path: path + "/x", code: ENOTDIR)) {
                try AtomicFile.write(to: path + "/x") { _ in }
            }
        }
    }
}
