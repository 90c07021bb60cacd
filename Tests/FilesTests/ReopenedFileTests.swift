import Files
import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite struct ReopenedFileTests {
    @Test(arguments: [1, 2, 3, 7, 64])
    func readsTheSameLinesWhateverTheChunk(chunk: Int) throws {
        let lines = ["", "a", "bc", String(repeating: "x", count: 200), "", "last"]
        try withTemporaryFolder { folder in
            let path = folder.path(of: "lines")
            try AtomicFile.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: path)
            var file = ReopenedFile(path, limit: 200, chunk: chunk)
            var places: [Int] = []
            for line in lines {
                #expect(try file.nextLine() == Array(line.utf8))
                places.append(file.lineOffset)
            }
            #expect(try file.nextLine() == nil)
            #expect(!file.hasUnfinishedLine)
            for (line, place) in zip(lines, places) {
                #expect(try file.read(at: place, count: line.utf8.count) == Array(line.utf8))
            }
        }
    }

    @Test func tellsOfAnUnfinishedLine() throws {
        try withTemporaryFolder { folder in
            let path = folder.path(of: "lines")
            try AtomicFile.write(Array("a\nb".utf8), to: path)
            var file = ReopenedFile(path, limit: 10, chunk: 4)
            #expect(try file.nextLine() == Array("a".utf8))
            #expect(try file.nextLine() == nil)
            #expect(file.hasUnfinishedLine)
        }
    }

    @Test(arguments: [1, 64])
    func refusesALineBeyondTheLimit(chunk: Int) throws {
        try withTemporaryFolder { folder in
            let path = folder.path(of: "lines")
            try AtomicFile.write(Array("12345\n123456\n".utf8), to: path)
            var file = ReopenedFile(path, limit: 5, chunk: chunk)
            #expect(try file.nextLine()?.count == 5)
            let error = #expect(throws: FileError.self) { _ = try file.nextLine() }
            #expect(error?.code == EFBIG)
        }
    }

    @Test func noticesThatTheFileIsAnother() throws {
        try withTemporaryFolder { folder in
            let path = folder.path(of: "lines")
            try AtomicFile.write(Array("a\nb\nc\n".utf8), to: path)
            var file = ReopenedFile(path, limit: 10, chunk: 2)
            #expect(try file.nextLine() == Array("a".utf8))
            try AtomicFile.write(Array("a\nb\nc\nd\n".utf8), to: path)
            let error = #expect(throws: FileError.self) {
                while try file.nextLine() != nil {}
            }
            #expect(error?.code == ESTALE)
        }
    }

    @Test func keepsNoFileOpen() throws {
        try withTemporaryFolder { folder in
            let path = folder.path(of: "lines")
            try AtomicFile.write(Array("a\nb\n".utf8), to: path)
            var files = (0..<3000).map { _ in ReopenedFile(path, limit: 10, chunk: 2) }
            for index in files.indices { #expect(try files[index].nextLine() != nil) }
            for index in files.indices { #expect(try files[index].nextLine() != nil) }
        }
    }
}
