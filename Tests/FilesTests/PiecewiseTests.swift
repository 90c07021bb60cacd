import Files
import Foundation
import TestSupport
import Testing

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
