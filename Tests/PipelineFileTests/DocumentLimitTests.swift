import PipelineFile
import Tensors
import Testing

@Suite struct DocumentLimitTests {
    /// Nine levels of ten aliases each: a thousand million values in a few lines.
    private static let bomb: String = {
        var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        for level in 1...8 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            lines.append("a\(level): &a\(level) [\(aliases)]")
        }
        return lines.joined(separator: "\n")
    }()

    @Test func aliasesThatMultiplyAreRefused() throws {
        var message: String?
        let time = processorTime { message = Parsing.error(Self.bomb) }
        #expect(
            message
                == "nightly.yaml:5:45: more than 100000 values, aliases counted with all they stand for"
        )
        #expect(time < .seconds(1))
    }

    @Test(arguments: ["? *a8\n: 1", "*a8 : 1", "? [*a8]\n: 1", "x: {[*a8]: 1}"])
    func aliasesAsKeysAreRefused(key: String) throws {
        let lines = Self.bomb.split(separator: "\n").prefix(4).joined(separator: "\n")
        let text = lines + "\n" + key.replacing("*a8", with: "*a3")
        #expect(Parsing.error(text)?.contains("a key must be plain text") == true)
    }

    @Test func manyValuesAreRefused() {
        let many = "x: [" + String(repeating: "1,", count: 100_000) + "]"
        #expect(Parsing.error(many)?.contains("more than 100000 values") == true)
        let keys = (0..<60_000).map { "k\($0): 1" }.joined(separator: "\n")
        #expect(Parsing.error(keys)?.contains("more than 100000 values") == true)
    }

    @Test(arguments: [
        ("[", "]"), ("{a: ", "}"), ("\n", ""), ("[{a: ", "}]"),
    ])
    func deepNestingIsRefused(open: String, close: String) {
        func nested(_ levels: Int) -> String {
            if open == "\n" {
                return (0..<levels).map { String(repeating: " ", count: $0) + "a:" }
                    .joined(separator: "\n")
            }
            return String(repeating: open, count: levels) + String(repeating: close, count: levels)
        }
        let each = open == "[{a: " ? 2 : 1
        let shallow = Parsing.error("x: " + (open == "\n" ? "\n " : "") + nested(63 / each)) ?? ""
        #expect(!shallow.contains("nested"), "\(shallow)")
        for levels in [66 / each, 500, 20_000] where open != "\n" || levels < 1000 {
            let message = Parsing.error(nested(levels)) ?? ""
            #expect(message.contains("nested deeper than 64 levels"), "\(message.prefix(200))")
        }
    }

    @Test func aliasesThatAddUpToDepthAreRefused() {
        var text = "a0: &a0 [[[[[[[[[[x]]]]]]]]]]\n"
        for level in 1...7 { text += "a\(level): &a\(level) [[[[[[[[[[*a\(level - 1)]]]]]]]]]]\n" }
        #expect(Parsing.error(text)?.hasPrefix("nightly.yaml:7:") == true)
        #expect(Parsing.error(text)?.contains("nested deeper than 64 levels") == true)
    }

    @Test func compactNestingIsRefused() {
        let text = "x:\n" + String(repeating: "- ", count: 5000) + "1"
        #expect(Parsing.error(text)?.contains("nested deeper than 64 levels") == true)
    }

    @Test(arguments: ["\"", "'", "|\n ", "#", "%", "&", "!", "- ", "\t", "\r", "\u{2028}"])
    func repeatedTextEndsInTime(piece: String) {
        let text = "version: 1\nx: " + String(repeating: piece, count: 200_000 / piece.utf8.count)
        let time = processorTime { _ = Parsing.error(text) }
        #expect(time < .seconds(5))
    }

    @Test(arguments: [
        ("", "unknown-%: 1"), ("", "same: 1"), ("train:", " anomalous-mask%: 1"),
        ("encoders:\n - layers:", "   - {atom%: 1}"), ("encoders:", " - {name: x, naem: %}"),
        ("encoders:\n - layers:\n   - x: 1", "     atms%: 1"),
        ("detectors:", " - {encoder: e%, layer: 1, method: {energy: {}}}"),
        ("include:", " - '*a%*/**/[b]'"), ("x:", " - ${NOPE%}"),
    ])
    func wideFilesEndInTime(start: String, line: String) {
        let lines = (0..<20_000).map { line.replacing("%", with: "\($0)") }
        let text = Parsing.train(start + "\n" + lines.joined(separator: "\n"))
        let time = processorTime { #expect(Parsing.error(text) != nil) }
        #expect(time < .seconds(5))
    }

    @Test(arguments: [
        ("encoders: [&e {name: e}, %]\ndetectors: []", "*e", "encoders: found 257 encoders"),
        ("encoders: []\ndetectors: [&e {layer: 1}, %]", "*e", "detectors: found 257 detectors"),
        ("encoders: [{layers: [&e {}, %]}]\ndetectors: []", "*e", "found 257 layers"),
    ])
    func longListsOfPartsAreRefused(text: String, item: String, message: String) {
        let items = Array(repeating: item, count: 256).joined(separator: ", ")
        let found = Parsing.error(Parsing.train(text.replacing("%", with: items)))
        #expect(found?.contains(message + ", want at most 256") == true)
        let fewer = Parsing.error(
            Parsing.train(text.replacing("%, ", with: "").replacing("%", with: item))
        )
        #expect(fewer?.contains("want at most 256") == false)
    }

    @Test func flippedBytesNeverCrash() {
        var random = SeededGenerator(seed: 20_260_301)
        let original = Array(Parsing.everything.utf8)
        var refused = 0
        for _ in 0..<2000 {
            var bytes = original
            for _ in 0...random.next(below: 4) {
                bytes[random.next(below: bytes.count)] ^= UInt8(1 << random.next(below: 8))
            }
            if let message = Parsing.error(bytes) {
                refused += 1
                #expect(message.hasPrefix("nightly.yaml"))
            }
        }
        // Most bytes matter.
        #expect(refused > 1000)
    }

    @Test func cutOffFilesNeverCrash() {
        let original = Array(Parsing.everything.utf8)
        for count in 0..<original.count { _ = Parsing.error(Array(original.prefix(count))) }
        #expect(Parsing.error(Array(original.prefix(40)))?.isEmpty == false)
    }

    @Test func piecesOfYAMLInAnyOrderNeverCrash() {
        let pieces = [
            "a", ": ", "- ", "\n", "  ", "[", "]", "{", "}", ",", "&a ", "*a", "? ", "|", ">", "'",
            "\"", "#", "!!str ", "---", "...", "%YAML 1.1", "${A", "$", "}", "\\", "ingest", "\t",
            "encoders", "layers", "method", "1", "~", "\u{85}", "é", "<<",
        ]
        var random = SeededGenerator(seed: 5)
        for _ in 0..<3000 {
            let text = (0..<random.next(below: 30)).map { _ in
                pieces[random.next(below: pieces.count)]
            }.joined()
            #expect(Parsing.error(text) != nil)
        }
    }
}
