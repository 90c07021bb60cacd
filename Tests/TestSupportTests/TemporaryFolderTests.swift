import Foundation
import TestSupport
import Testing

@Suite struct TemporaryFolderTests {
    @Test func isRemovedAlsoAfterAnErrorAndWithoutPermission() async throws {
        struct Stop: Error {}
        var path = ""
        await #expect(throws: Stop.self) {
            try await withTemporaryFolder { folder in
                path = folder.path
                try folder.write("x", to: "locked/a/b")
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o000],
                    ofItemAtPath: folder.path("locked")
                )
                throw Stop()
            }
        }
        #expect(!path.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func differsFromEveryOther() async throws {
        try await withTemporaryFolder { first in
            try await withTemporaryFolder { second in
                #expect(first.path != second.path)
            }
        }
    }

    @Test func listsAllBelow() async throws {
        try await withTemporaryFolder { folder in
            try folder.write("x", to: "b/c.txt")
            try folder.write("y", to: "a")
            #expect(try folder.contents() == ["a", "b", "b/c.txt"])
            #expect(try folder.text("b/c.txt") == "x")
        }
    }
}
