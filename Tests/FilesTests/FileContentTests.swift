import Files
import Foundation
import Testing

@Suite struct FileContentTests {
    private func bytes(of content: FileContent) -> [UInt8] {
        content.withUnsafeBytes { Array($0) }
    }

    @Test(arguments: [0, 1, 4095, 4096, 4097, 100_000])
    func isWhatTheFileHolds(count: Int) throws {
        try withTemporaryFolder { folder in
            let path = folder.path(of: "f")
            let expected = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
            try AtomicFile.write(expected, to: path)
            let content = try FileContent(path, limit: count)
            #expect(content.count == count)
            #expect(bytes(of: content) == expected)
            #expect((content.mapped == nil) == (count == 0))
            #expect(content.bytes(0..<count / 2) == Array(expected[..<(count / 2)]))
            #expect(bytes(of: FileContent(expected)) == expected)
            #expect(FileContent(expected).mapped == nil)
        }
    }

    @Test func staysAsItWasWhenTheFileIsReplacedOrRemoved() throws {
        try withTemporaryFolder { folder in
            let path = folder.path(of: "f")
            try AtomicFile.write([1, 2, 3], to: path)
            let content = try FileContent(path, limit: 9)
            try AtomicFile.write([9], to: path)
            #expect(bytes(of: content) == [1, 2, 3])
            try FileManager.default.removeItem(atPath: path)
            #expect(bytes(of: content) == [1, 2, 3])
        }
    }

    @Test func refusesWhatIsNoFileOrTooLarge() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write([1, 2, 3], to: folder.path(of: "f"))
            #expect(mkfifo(folder.path(of: "pipe"), 0o600) == 0)
            for (path, code) in [
                (folder.path(of: "f"), EFBIG), (folder.path(of: "pipe"), EINVAL),
                (folder.path, EISDIR), (folder.path(of: "none"), ENOENT),
            ] {
                let error = #expect(throws: FileError.self) { try FileContent(path, limit: 2) }
                #expect(error?.code == code)
                #expect(error?.path == path)
            }
        }
    }
}
