import PipelineFile
import Tensors
import Testing

@Suite struct PathPatternTests {
    @Test(arguments: [
        ("*.png", ["a.png", "b/c/a.png", ".png", "é.png"], ["a.PNG", "a.png/b", "png", "a.png2"]),
        ("/*.png", ["a.png"], ["b/a.png"]),
        ("a/*.png", ["a/x.png"], ["x.png", "b/a/x.png", "a/b/x.png"]),
        ("**/cam1/*.jpg", ["cam1/a.jpg", "x/y/cam1/a.jpg"], ["cam1/b/a.jpg", "xcam1/a.jpg"]),
        ("**/thumbs/**", ["thumbs/a", "x/thumbs/y/z"], ["thumbs", "x/thumbs", "thumbsx/a"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/xb", "ab", "b", "x/a/b", "a/b/c"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "b/a/c"]),
        ("**", ["a", "a/b/c"], []),
        ("**/", [], ["a", "a/b"]),
        ("a**b", ["ab", "axxb", "x/axb"], ["a/b"]),
        ("a/**/**/b", ["a/b", "a/x/b"], ["a", "b"]),
        ("?", ["a", "é", "x/y", "😀"], ["", "ab"]),
        ("[a-c]x", ["ax", "cx", "q/bx"], ["dx", "x", "Ax", "-x"]),
        ("[!a-c]x", ["dx", "éx"], ["ax", "x"]),
        ("[^a]", ["b"], ["a"]),
        ("[]a]", ["]", "a"], ["b"]),
        ("[!]a]", ["b"], ["]", "a"]),
        ("[a-]", ["a", "-"], ["b"]),
        ("[-a]", ["a", "-"], ["b"]),
        ("[\\]-_]", ["]", "^", "_"], ["\\", "a"]),
        ("[äö]", ["ä", "ö"], ["a", "ü"]),
        ("\\*a", ["*a"], ["xa", "\\a"]),
        ("a\\\\b", ["a\\b"], ["ab"]),
        ("{a,b}", ["{a,b}"], ["a", "b"]),
        ("a.b", ["a.b"], ["axb"]),
        ("*", ["a", ".hidden", "a/b"], []),
        ("*/", [], ["a"]),
        ("a/[!b]c", ["a/xc"], ["a/bc", "a//c", "a/c"]),
    ])
    func matchesAsDocumented(text: String, matching: [String], other: [String]) throws {
        let pattern = try PathPattern(text)
        for path in matching { #expect(pattern.matches(Array(path.utf8)), "\(path)") }
        for path in other { #expect(!pattern.matches(Array(path.utf8)), "\(path)") }
        #expect(pattern.description == text)
    }

    @Test(arguments: [
        "", "!a", "a//b", "//", "/", "[a", "[", "[]", "[!]", "a\\", "[b-a]", "a/../b", "./a",
        "[a/b]",
        "[a\\", "[a-\\", String(repeating: "a", count: 4097),
    ])
    func otherTextsAreNoPatterns(text: String) {
        #expect(throws: PathPatternError.self) { try PathPattern(text) }
    }

    @Test func aSlashAtTheEndMeansFolders() throws {
        for text in ["x/", "/x/", "**/x/", "*/"] {
            let pattern = try PathPattern(text)
            #expect(pattern.matchesOnlyFolders)
            #expect(pattern.matches(Array("x".utf8), isFolder: true))
            #expect(!pattern.matches(Array("x".utf8), isFolder: false))
        }
        #expect(try PathPattern("x/").matches(Array("a/x".utf8), isFolder: true))
        #expect(try !PathPattern("/x/").matches(Array("a/x".utf8), isFolder: true))
    }

    @Test func pathsNeedNotBeUTF8() throws {
        let path: [UInt8] = [0x61, 0xFF, 0xC3, 0x2E, 0x70]  // a, two stray bytes, .p
        #expect(try PathPattern("*.p").matches(path))
        #expect(try PathPattern("a??.p").matches(path))
        #expect(try !PathPattern("a?.p").matches(path))
        #expect(try PathPattern("a[!a-z]?.p").matches(path))
        // A stray byte is not the character of the same number.
        #expect(try !PathPattern("aÿ?.p").matches(path))
        #expect(try !PathPattern("a[\u{80}-\u{10FFFF}]?.p").matches(path))
    }

    @Test(arguments: [
        String(repeating: "*a", count: 500) + "*b",
        String(repeating: "*?", count: 500) + "b",
        String(repeating: "*[ab]", count: 500) + "c",
        "**/" + String(repeating: "*a", count: 500) + "*b",
    ])
    func namesThatAlmostMatchEndInTime(text: String) throws {
        let pattern = try PathPattern(text)
        let name = [UInt8](repeating: UInt8(ascii: "a"), count: 4096)
        let time = processorTime { #expect(!pattern.matches(name)) }
        #expect(time < .seconds(1))
    }

    @Test(arguments: ["**/a/", "**/*a*/", "**/*/", "**/a*a*a/a/"])
    func foldersThatAlmostMatchEndInTime(piece: String) throws {
        let pattern = try PathPattern(String(repeating: piece, count: 300) + "b")
        let path = Array(String(repeating: "aaaa/", count: 800).utf8) + [UInt8(ascii: "a")]
        let time = processorTime { #expect(!pattern.matches(path)) }
        #expect(time < .seconds(1))
    }

    /// Against the definition, tried out in full, on all sorts of short patterns and paths.
    @Test(arguments: 0..<20)
    func agreesWithTheDefinition(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func pick(_ pieces: [String], _ most: Int) -> String {
            (0...random.next(below: most)).map { _ in pieces[random.next(below: pieces.count)] }
                .joined()
        }
        var matched = 0
        for _ in 0..<500 {
            let text = pick(["a", "b", "*", "?", "/", "**/", "/**", "/**/", "[ab]", "[!a]"], 6)
            let path = pick(["a", "b", "/", "a", "b", "c"], 7)
                .split(separator: "/").joined(separator: "/")
            guard !path.isEmpty, let pattern = try? PathPattern(text) else { continue }
            let expected = Definition.matches(text, path)
            if expected { matched += 1 }
            #expect(
                pattern.matches(Array(path.utf8), isFolder: true) == expected,
                "\(text) on \(path), seed \(seed)"
            )
        }
        #expect(matched > 20)
    }
}

/// What patterns mean, by trying all ways.
private enum Definition {
    static func matches(_ pattern: String, _ path: String) -> Bool {
        var parts = pattern.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 1, parts.last == "" { parts.removeLast() }
        let names = path.split(separator: "/").map { Array($0) }
        if parts.count == 1 {
            guard let name = names.last else { return false }
            return parts == ["**"] || one(Array(parts[0]), name)
        }
        if parts.first == "" { parts.removeFirst() }
        return all(parts[...], names[...])
    }

    private static func all(_ parts: ArraySlice<String>, _ names: ArraySlice<[Character]>) -> Bool {
        guard let part = parts.first else { return names.isEmpty }
        if part == "**" {
            if parts.count == 1 { return !names.isEmpty }
            return (0...names.count).contains { all(parts.dropFirst(), names.dropFirst($0)) }
        }
        guard let name = names.first, one(Array(part), name) else { return false }
        return all(parts.dropFirst(), names.dropFirst())
    }

    private static func one(_ pattern: [Character], _ name: [Character]) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        let rest = Array(pattern.dropFirst())
        if first == "*" {
            return (0...name.count).contains { one(rest, Array(name.dropFirst($0))) }
        }
        guard let character = name.first else { return false }
        let tail = Array(name.dropFirst())
        if first == "?" { return one(rest, tail) }
        if first == "[" {
            guard let end = pattern.firstIndex(of: "]") else { return false }
            let inside = pattern[1..<end]
            let isIn =
                inside.first == "!"
                ? !inside.dropFirst().contains(character)
                : inside.contains(character)
            return isIn && one(Array(pattern[(end + 1)...]), tail)
        }
        return first == character && one(rest, tail)
    }
}
