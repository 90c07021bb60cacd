import Files
import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct InputLinesTests {
    private func lines(_ text: String, limit: Int = 1 << 20) throws -> [String] {
        var found: [String] = []
        try withTemporaryFolder { folder in
            let path = folder.path(of: "lines")
            try AtomicFile.write(Array(text.utf8), to: path)
            var lines = try InputLines(path, limit: limit)
            while let line = try lines.next() {
                found.append(String(decoding: line, as: UTF8.self))
            }
            #expect(try lines.next() == nil)
        }
        return found
    }

    @Test func endsEachLineAtItsEnd() throws {
        #expect(try lines("").isEmpty)
        #expect(try lines("\n\n") == ["", ""])
        #expect(try lines("a\nbc\r\n") == ["a", "bc\r"])
    }

    @Test func leavesOutAnUnfinishedLine() throws {
        #expect(try lines("a\nb") == ["a"])
        #expect(try lines("a").isEmpty)
    }

    /// The buffer is filled 65,536 bytes at a time.
    @Test(arguments: [65_534, 65_535, 65_536, 65_537, 200_000])
    func readsLinesLongerThanItsBuffer(length: Int) throws {
        let long = String(repeating: "x", count: length)
        #expect(try lines("a\n\(long)\nb\n\(long)\n") == ["a", long, "b", long])
    }

    @Test(arguments: ["\n", ""])
    func refusesALineThatIsTooLong(end: String) throws {
        let most = String(repeating: "x", count: 100_000)
        #expect(try lines("\(most)\n", limit: 100_000) == [most])
        let error = #expect(throws: FileError.self) {
            _ = try lines("\(most)x\(end)", limit: 100_000)
        }
        #expect(error?.code == EFBIG)
    }

    @Test func refusesWhatIsNoFile() throws {
        try withTemporaryFolder { folder in
            let codes = ["missing": ENOENT, "": EISDIR, "pipe": EINVAL]
            try #require(mkfifo(folder.path(of: "pipe"), 0o600) == 0)
            for (name, code) in codes {
                let error = #expect(throws: FileError.self) {
                    _ = try InputLines(folder.path(of: name), limit: 1)
                }
                #expect(error?.code == code)
            }
        }
    }
}
