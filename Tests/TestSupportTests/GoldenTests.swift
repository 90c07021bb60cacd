import Foundation
import TestSupport
import Testing

@Suite struct GoldenTests {
    @Test func readsTheTargetsOwnFolder() throws {
        try Golden(Bundle.module).check(text: "hello\n", against: "greeting.txt")
    }

    /// A store in a temporary folder with one file.
    private func withStore(
        _ name: String,
        _ content: String,
        body: (Golden, TemporaryFolder) throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try folder.write(content, to: "stored/\(name)")
            let golden = Golden(
                stored: folder.url.appending(path: "stored"),
                target: "SomeTests",
                sources: folder.url.appending(path: "sources"),
                failures: folder.url.appending(path: "failures")
            )
            try body(golden, folder)
        }
    }

    @Test func keepsWhatDiffersAndSaysHowToAcceptIt() async throws {
        try await withStore("a.txt", "one\ntwo\n") { golden, folder in
            let error = try #require(throws: Golden.Mismatch.self) {
                try golden.check(text: "one\nzwei\n", against: "a.txt")
            }
            #expect(error.description.contains(#"line 2 is "zwei", not "two""#))
            let kept = "failures/SomeTests/a.txt"
            #expect(error.description.contains("cp '\(folder.path(kept))'"))
            #expect(try folder.text(kept) == "one\nzwei\n")
        }
    }

    @Test func asksToAcceptWhatIsNotStored() async throws {
        try await withStore("a.txt", "") { golden, _ in
            let error = try #require(throws: Golden.Mismatch.self) {
                try golden.check(bytes: [1], against: "b.bin")
            }
            #expect(error.description.contains("b.bin is not stored yet"))
        }
    }

    @Test(arguments: [([1, 2, 4], 2), ([1, 2], 2), ([1, 2, 3, 4], 3)] as [([UInt8], Int)])
    func namesTheFirstByteThatDiffers(actual: [UInt8], offset: Int) async throws {
        try await withStore("a.bin", "\u{1}\u{2}\u{3}") { golden, _ in
            try golden.check(bytes: [1, 2, 3], against: "a.bin")
            let error = try #require(throws: Golden.Mismatch.self) {
                try golden.check(bytes: actual, against: "a.bin")
            }
            #expect(error.description.contains("from byte \(offset) on"))
        }
    }

    @Test func comparesNumbersWithinATolerance() async throws {
        try await withStore("a.json", #"{"b": [1, 100.0], "a": true}"#) { golden, _ in
            try golden.check(
                json: #"{"a":true,"b":[1,100.05]}"#.utf8,
                against: "a.json",
                tolerance: 1e-3
            )
            let error = try #require(throws: Golden.Mismatch.self) {
                try golden.check(
                    json: #"{"a":true,"b":[1,100.5]}"#.utf8,
                    against: "a.json",
                    tolerance: 1e-3
                )
            }
            #expect(error.description.contains("$.b[1]: 100.5 is not 100.0"))
        }
    }

    @Test(
        arguments: [
            #"{"a": 1}"#, #"{"a": true, "b": []}"#, #"{"a": true, "b": [1], "c": 0}"#,
            #"{"a": true}"#, "[]", #"{"a": null, "b": [1]}"#,
        ])
    func tellsDifferentJSONApart(actual: String) throws {
        let expected = try JSONValue(parsing: #"{"a": true, "b": [1]}"#.utf8)
        #expect(expected.difference(from: expected) == nil)
        #expect(try JSONValue(parsing: actual.utf8).difference(from: expected) != nil)
    }
}
