import Foundation
import Pipeline
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct DirectoryWalkTests {
    private func walk(_ paths: String..., options: WalkOptions = WalkOptions()) -> DirectoryWalk {
        DirectoryWalk(roots: paths.map { RawPath($0) }, options: options)
    }

    private func names(_ walk: DirectoryWalk) -> [String] {
        walk.map { $0.relativePath.description }
    }

    @Test func comesInTheByteOrderOfWholePaths() async throws {
        try await withTemporaryFolder { folder in
            let files = [
                "A.png", "Z/1.png", "a-b/1.png", "a.png", "a/0.png", "a/b/c.png", "a/b.png",
                "a0/1.png", "é.png", "日/本.png",
            ]
            for file in files.reversed() { try folder.write("x", to: file) }
            let found = walk(folder.path).map(\.relativePath)
            #expect(found == files.map { RawPath($0) }.sorted())
            #expect(found == found.sorted())
        }
    }

    @Test func givesPathsThatOpenWhateverTheRootLooksLike() async throws {
        try await withTemporaryFolder { folder in
            try folder.write("x", to: "sub/a.png")
            for root in [folder.path, folder.path + "/", folder.path("sub/../")] {
                let entry = try #require(walk(root).next())
                #expect(entry.root == RawPath(root))
                #expect(entry.relativePath == RawPath("sub/a.png"))
                #expect(entry.absolutePath.isAbsolute)
                #expect(try entry.read(limit: 10) == Array("x".utf8))
            }
        }
    }

    @Test func startsRelativeRootsInTheCurrentFolder() throws {
        let entry = try #require(walk("no-such-folder").next())
        let current = FileManager.default.currentDirectoryPath
        #expect(entry.absolutePath == RawPath(current + "/no-such-folder"))
    }

    @Test func takesImagesByTheirEndings() async throws {
        try await withTemporaryFolder { folder in
            let images = ["a.PNG", "b.jpg", "c.JPeG", "d.jpe", "e.jfif", "f.tar.png"]
            let others = ["g.gif", "h.txt", "i", "png", "j.png.bak", "k.pn", "l.p.g", "m.pngx"]
            for file in images + others { try folder.write("x", to: file) }
            let narrow = walk(folder.path)
            #expect(names(narrow) == images)
            #expect(narrow.counts.entries == images.count)
            #expect(narrow.counts.ignored == others.count)
            let wide = walk(folder.path, options: WalkOptions(includesAllNames: true))
            #expect(names(wide) == (images + others).sorted())
            #expect(wide.counts.ignored == 0)
        }
    }

    @Test func leavesOutHiddenNamesUnlessAsked() async throws {
        try await withTemporaryFolder { folder in
            for file in [".a.png", ".b/c.png", "d.png"] { try folder.write("x", to: file) }
            let narrow = walk(folder.path)
            #expect(names(narrow) == ["d.png"])
            #expect(narrow.counts.hidden == 2)
            let wide = walk(folder.path, options: WalkOptions(includesHidden: true))
            #expect(names(wide) == [".a.png", ".b/c.png", "d.png"])
        }
    }

    @Test func takesAFolderForAFolderWhateverItsName() async throws {
        try await withTemporaryFolder { folder in
            try folder.write("x", to: "x.png/y.png")
            try folder.makeFolder("empty.png")
            #expect(names(walk(folder.path)) == ["x.png/y.png"])
        }
    }

    @Test func takesRootsInTheirOrderAndFilesWhateverTheirNames() async throws {
        try await withTemporaryFolder { folder in
            let hidden = try folder.write("1", to: ".hidden.dat")
            try folder.write("2", to: "b/2.png")
            try folder.write("3", to: "a/3.png")
            let found = Array(walk(hidden, folder.path("b"), folder.path("a"), folder.path("b/")))
            #expect(
                found.map(\.relativePath.description)
                    == [".hidden.dat", "2.png", "3.png", "2.png"]
            )
            #expect(try found.map { try $0.read(limit: 9) } == [[0x31], [0x32], [0x33], [0x32]])
        }
    }

    @Test func leavesLinksOutUnlessAsked() async throws {
        try await withTemporaryFolder { folder in
            try folder.write("x", to: "real/a.png")
            try folder.link("link.png", to: "real/a.png")
            try folder.link("folder", to: "real")
            try folder.link("lost.png", to: "nowhere")
            try folder.link("lost.txt", to: "nowhere")
            let narrow = walk(folder.path)
            #expect(names(narrow) == ["real/a.png"])
            #expect(narrow.counts.links == 4)

            let wide = Array(walk(folder.path, options: WalkOptions(followsLinks: true)))
            #expect(
                wide.map(\.relativePath.description)
                    == ["folder/a.png", "link.png", "lost.png", "real/a.png"]
            )
            #expect(try wide[1].read(limit: 9) == Array("x".utf8))
            let error = try #require(throws: InputError.self) { try wide[2].read(limit: 9) }
            #expect(error.code == .notFound)
        }
    }

    @Test func mayHaveALinkForARoot() async throws {
        try await withTemporaryFolder { folder in
            let file = try folder.write("x", to: "real/a.png")
            try folder.link("today", to: "real")
            try folder.link("one", to: file)
            let found = Array(walk(folder.path("today"), folder.path("one")))
            #expect(found.map(\.relativePath.description) == ["a.png", "one"])
            #expect(try found.map { try $0.read(limit: 9).count } == [1, 1])
        }
    }

    @Test func endsWhereLinksLeadInCircles() async throws {
        try await withTemporaryFolder { folder in
            try folder.write("x", to: "a/b/c.png")
            try folder.link("a/b/up", to: "..")
            try folder.link("a/self", to: ".")
            try folder.link("a/loop.png", to: "loop.png")
            let walk = walk(folder.path, options: WalkOptions(followsLinks: true))
            let found = Array(walk)
            #expect(found.map(\.relativePath.description) == ["a/b/c.png", "a/loop.png"])
            #expect(walk.counts.loops == 2)
            #expect(throws: InputError.self) { try found[1].read(limit: 9) }
        }
    }

    @Test func handsOutPipesAsInputsThatCannotBeRead() async throws {
        try await withTemporaryFolder { folder in
            try makePipe(folder.path("a.png"))
            try makePipe(folder.path("other"))
            try folder.write("x", to: "b.png")
            let walk = walk(folder.path)
            let found = Array(walk)
            #expect(found.map(\.kind) == [.special, .file])
            #expect(walk.counts.ignored == 1)
            let error = try #require(throws: InputError.self) { try found[0].read(limit: 9) }
            #expect(error == InputError(.notAFile, detail: "a pipe, not a file"))
        }
    }

    @Test func handsOutRootsThatAreNotThere() throws {
        let found = Array(walk("/no/such/folder", ""))
        #expect(found.map(\.relativePath.description) == ["folder", ""])
        for entry in found {
            let error = try #require(throws: InputError.self) { try entry.read(limit: 9) }
            #expect(error.code == .notFound)
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may list every folder"))
    func handsOutFoldersThatCannotBeListed() async throws {
        try await withTemporaryFolder { folder in
            for file in ["a.png", "locked/b.png", "z.png"] { try folder.write("x", to: file) }
            try FileManager.default.setAttributes(
                [.posixPermissions: 0],
                ofItemAtPath: folder.path("locked")
            )
            let found = Array(walk(folder.path))
            #expect(found.map(\.relativePath.description) == ["a.png", "locked/", "z.png"])
            let error = try #require(throws: InputError.self) { try found[1].read(limit: 9) }
            #expect(error.code == .permission)
        }
    }

    @Test func keepsNamesThatAreNoText() async throws {
        try await withTemporaryFolder { folder in
            try folder.write("x", to: "new\nline.png")
            var expected = [RawPath("new\nline.png")]
            // Some file systems, APFS among them, refuse such a name.
            let raw = RawPath(folder.path).appending(
                RawPath(bytes: [0xFF, 0x2E, 0x70, 0x6E, 0x67])
            )
            if create(raw) { expected.append(raw.name) }
            let found = Array(walk(folder.path))
            #expect(found.map(\.relativePath) == expected)
            for entry in found { #expect(try entry.read(limit: 9).count <= 1) }
        }
    }

    private func create(_ path: RawPath) -> Bool {
        let text = path.bytes.map { CChar(bitPattern: $0) } + [0]
        let descriptor = open(text, O_CREAT | O_WRONLY, 0o600)
        return descriptor >= 0 && close(descriptor) == 0
    }

    @Test func looksAtFoldersOnlyWhenTheirTurnComes() async throws {
        try await withTemporaryFolder { folder in
            for name in ["a", "b", "c"] { try folder.write("x", to: "\(name)/1.png") }
            let walk = walk(folder.path)
            #expect(walk.counts.folders == 0)
            #expect(walk.next()?.relativePath == RawPath("a/1.png"))
            #expect(walk.counts.folders == 2)
            // A file that comes into a later folder meanwhile is still found.
            try folder.write("x", to: "c/0.png")
            #expect(names(walk) == ["b/1.png", "c/0.png", "c/1.png"])
        }
    }

    @Test func reportsAFolderThatWentAway() async throws {
        try await withTemporaryFolder { folder in
            try folder.write("x", to: "a.png")
            try folder.write("x", to: "b/1.png")
            let walk = walk(folder.path)
            #expect(walk.next()?.kind == .file)
            try FileManager.default.removeItem(atPath: folder.path("b"))
            let entry = try #require(walk.next())
            #expect(entry.relativePath == RawPath("b/"))
            guard case .unreadable(let error) = entry.kind else {
                Issue.record("a folder that went away is \(entry.kind)")
                return
            }
            #expect(error.code == .notFound)
            #expect(walk.next() == nil)
        }
    }

    @Test func keepsNoFolderOpen() async throws {
        try await withTemporaryFolder { folder in
            let depth = 200
            let path = (0..<depth).map { _ in "d" }.joined(separator: "/")
            try folder.write("x", to: path + "/a.png")
            let walk = walk(folder.path)
            #expect(walk.next() != nil)
            let open = try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd").count
            #expect((open ?? 0) < depth)
        }
    }

    @Test func findsAThousandFilesEachOnce() async throws {
        try await withTemporaryFolder { folder in
            var expected: [RawPath] = []
            for group in 0..<10 {
                try folder.makeFolder("g\(group)")
                for index in 0..<100 {
                    let name = "g\(group)/i\(index * 7919 % 100).png"
                    try #require(create(RawPath(folder.path).appending(RawPath(name))))
                    expected.append(RawPath(name))
                }
            }
            let walk = walk(folder.path)
            #expect(walk.map(\.relativePath) == expected.sorted())
            #expect(walk.counts.entries == 1000)
            #expect(walk.counts.folders == 11)
        }
    }
}
