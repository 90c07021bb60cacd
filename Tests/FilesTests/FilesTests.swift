import Files
import Foundation
import Testing

/// A folder for one test, removed with everything in it.
func withTemporaryFolder(_ body: (Folder) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory
        .appendingPathComponent("residua-\(UUID().uuidString)")
    let folder = Folder(url.path)
    try folder.create()
    defer { try? FileManager.default.removeItem(at: url) }
    try body(folder)
}

func contents(_ path: String) throws -> String {
    String(decoding: try InputFile.read(path, limit: 1 << 20), as: UTF8.self)
}

@Suite struct AtomicFileTests {
    @Test func writesAndReplacesWithoutLeftovers() throws {
        try withTemporaryFolder { folder in
            for text in ["a longer text", "short", ""] {
                try AtomicFile.write(Array(text.utf8), to: folder.path(of: "f"))
                #expect(try contents(folder.path(of: "f")) == text)
                #expect(try folder.names() == ["f"])
            }
        }
    }

    @Test func replacesALinkInsteadOfItsTarget() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write([1], to: folder.path(of: "target"))
            try FileManager.default.createSymbolicLink(
                atPath: folder.path(of: "link"),
                withDestinationPath: "target"
            )
            try AtomicFile.write([2], to: folder.path(of: "link"), durability: .buffered)
            #expect(try InputFile.read(folder.path(of: "target"), limit: 9) == [1])
            #expect(try InputFile.read(folder.path(of: "link"), limit: 9) == [2])
        }
    }

    @Test func leavesNothingWhereItFails() throws {
        try withTemporaryFolder { folder in
            try folder.folder("taken").create()
            try folder.folder("taken").folder("inside").create()
            let path = folder.path(of: "taken")
            let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: path) }
            #expect(error?.operation == .rename)
            #expect(error?.path == path)
            #expect(try folder.names() == ["taken"])
        }
    }

    @Test func namesTheWantedFileAndNotTheTemporaryOne() throws {
        try withTemporaryFolder { folder in
            let path = folder.path(of: "missing/f")
            #expect(throws: FileError(operation: .create, path: path, code: ENOENT)) {
                try AtomicFile.write([1], to: path)
            }
        }
    }

    @Test func goesRoundTemporaryFilesOfOthers() throws {
        try withTemporaryFolder { folder in
            let other = ".residua-tmp-\(getpid())-0"
            #expect(AtomicFile.isTemporary(name: other))
            try AtomicFile.write([7], to: folder.path(of: other))
            try AtomicFile.write([1], to: folder.path(of: "f"))
            #expect(try folder.names() == [other, "f"])
            #expect(try InputFile.read(folder.path(of: other), limit: 9) == [7])
        }
    }

    #if os(Linux)
        @Test func saysWhenTheDiskIsFull() throws {
            let error = #expect(throws: FileError.self) {
                let full = try OutputFile("/dev/full", mode: .keeping)
                try AtomicFile.fill(full, with: [1, 2, 3], durability: .synchronized)
            }
            #expect(error == FileError(operation: .write, path: "/dev/full", code: ENOSPC))
            #expect(
                error?.description == "can't write /dev/full: No space left on device; "
                    + "free some space or choose a place on another disk"
            )
        }
    #endif
}

@Suite struct OutputFileTests {
    @Test func knowsWhetherItStillStandsAtItsPath() throws {
        try withTemporaryFolder { folder in
            let path = folder.path(of: "lines")
            let file = try OutputFile(path, mode: .new)
            // Expectations can't look into a value that can't be copied.
            var found = [file.isInPlace]
            try #require(rename(path, folder.path(of: "moved")) == 0)
            found.append(file.isInPlace)
            // Another file of the name is not this one, and neither is a link to it.
            let other = try OutputFile(path, mode: .new)
            found += [file.isInPlace, other.isInPlace]
            try folder.remove("lines")
            try #require(symlink(folder.path(of: "moved"), path) == 0)
            found += [file.isInPlace, other.isInPlace]
            try #require(rename(folder.path(of: "moved"), path) == 0)
            found.append(file.isInPlace)
            #expect(found == [true, false, false, true, false, false, true])
        }
    }

    @Test func appendsInTheOrderOfCalls() throws {
        try withTemporaryFolder { folder in
            let path = folder.path(of: "lines")
            do {
                var file = try OutputFile(path, mode: .new)
                for line in ["one\n", "two\n", ""] { try file.append(Array(line.utf8)) }
                #expect(try contents(path) == "one\ntwo\n")
                try file.synchronize()
            }
            #expect(throws: FileError(operation: .create, path: path, code: EEXIST)) {
                _ = try OutputFile(path, mode: .new)
            }
            _ = try OutputFile(path, mode: .keeping)
            #expect(try contents(path) == "one\ntwo\n")
            _ = try OutputFile(path, mode: .replacing)
            #expect(try contents(path).isEmpty)
        }
    }

    @Test func doesNotFollowLinks() throws {
        try withTemporaryFolder { folder in
            try AtomicFile.write([1], to: folder.path(of: "target"))
            try FileManager.default.createSymbolicLink(
                atPath: folder.path(of: "link"),
                withDestinationPath: "target"
            )
            #expect(throws: FileError.self) {
                _ = try OutputFile(folder.path(of: "link"), mode: .replacing)
            }
            #expect(try InputFile.read(folder.path(of: "target"), limit: 9) == [1])
        }
    }

    @Test func replacesContents() throws {
        try withTemporaryFolder { folder in
            let path = folder.path(of: "holder")
            try AtomicFile.write(Array("of an earlier program".utf8), to: path)
            var file = try OutputFile(path, mode: .keeping)
            try file.replaceContents(with: Array("mine".utf8))
            #expect(try contents(path) == "mine")
            try file.append(Array(", still".utf8))
            #expect(try contents(path) == "mine, still")
            try file.replaceContents(with: [])
            #expect(try contents(path).isEmpty)
        }
    }

    @Test func locksOnce() throws {
        try withTemporaryFolder { folder in
            let path = folder.path(of: "lock")
            do {
                let first = try OutputFile(path, mode: .keeping)
                let second = try OutputFile(path, mode: .keeping)
                #expect(try first.tryLock())
                #expect(try second.tryLock() == false)
                try first.synchronize()
            }
            let third = try OutputFile(path, mode: .keeping)
            #expect(try third.tryLock())
        }
    }
}

@Suite struct InputFileTests {
    @Test func readsAFileWhole() throws {
        let url = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
        let path = url.appendingPathComponent("lines.txt").path
        #expect(try contents(path) == "first\nsecond\n\nlast, without a line end")
        #expect(try InputFile.read(path, limit: 38).count == 38)
        #expect(throws: FileError(operation: .read, path: path, code: EFBIG)) {
            try InputFile.read(path, limit: 37)
        }
    }

    @Test func refusesWhatIsNoFile() throws {
        try withTemporaryFolder { folder in
            #expect(throws: FileError(operation: .read, path: folder.path, code: EISDIR)) {
                try InputFile.read(folder.path, limit: 10)
            }
            let pipe = folder.path(of: "pipe")
            #expect(mkfifo(pipe, 0o600) == 0)
            #expect(throws: FileError(operation: .read, path: pipe, code: EINVAL)) {
                try InputFile.read(pipe, limit: 10)
            }
            let missing = folder.path(of: "missing")
            #expect(throws: FileError(operation: .open, path: missing, code: ENOENT)) {
                try InputFile.read(missing, limit: 10)
            }
        }
    }
}

@Suite struct FolderTests {
    @Test(arguments: [
        ("a/b", "a"), ("b", "."), ("/b", "/"), ("/a//b", "/a"), ("a/b/", "a/b"),
    ])
    func knowsItsParent(path: String, parent: String) {
        #expect(Folder(containing: path).path == parent)
        #expect(Folder(parent + "/").path == parent)
    }

    @Test func createsWhatIsMissing() throws {
        try withTemporaryFolder { folder in
            let deep = folder.folder("a").folder("b").folder("c")
            try deep.create()
            try deep.create()
            #expect(deep.isFolder(followingLinks: false))
            try AtomicFile.write([1], to: deep.path(of: "file"))
            let blocked = deep.folder("file").folder("x")
            #expect(throws: FileError(operation: .create, path: blocked.path, code: ENOTDIR)) {
                try blocked.create()
            }
            #expect(throws: FileError.self) { try deep.folder("file").create() }
            #expect(!deep.removeIfEmpty())
            try deep.remove("file")
            try deep.remove("file")
            #expect(deep.removeIfEmpty())
        }
    }

    @Test func tellsLinksFromFolders() throws {
        try withTemporaryFolder { folder in
            try folder.folder("real").create()
            try FileManager.default.createSymbolicLink(
                atPath: folder.path(of: "link"),
                withDestinationPath: "real"
            )
            try folder.folder("link").create()
            #expect(throws: FileError.self) { try folder.folder("link").createHere() }
            #expect(!folder.folder("link").isFolder(followingLinks: false))
            #expect(folder.contains("link") && !folder.contains("nothing"))
        }
    }
}
