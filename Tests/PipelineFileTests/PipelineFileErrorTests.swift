import Foundation
import PipelineFile
import Testing

@Suite struct PipelineFileErrorTests {
    @Test func goldensAreThere() {
        #expect(WrongFile.all.count > 60)
    }

    @Test(arguments: WrongFile.all)
    func saysWhatIsWrong(file: WrongFile) {
        #expect(Parsing.error(file.text) == file.message)
    }

    @Test func aFileOfThisLengthIsRefused() {
        let line = Array("# a comment that makes the file long\n".utf8)
        let right = Array(Parsing.scan("").utf8)
        let room = PipelineDeclaration.byteLimit - right.count
        var bytes = right
        for _ in 0..<room / line.count { bytes += line }
        #expect(Parsing.error(bytes) == nil)
        while bytes.count <= PipelineDeclaration.byteLimit { bytes += line }
        #expect(
            Parsing.error(bytes)
                == "nightly.yaml: larger than 1048576 bytes, which no pipeline file is"
        )
    }

    @Test(arguments: [
        ([0xFF, 0xFE, 0x61, 0x00], "nightly.yaml:1:1: not UTF-8"),
        (Array("version: 1\nmodél: ".utf8) + [0xC3], "nightly.yaml:2:8: not UTF-8"),
        (Array("version: 1\n".utf8) + [0xED, 0xA0, 0x80], "nightly.yaml:2:1: not UTF-8"),
    ])
    func bytesThatAreNotUTF8AreRefused(bytes: [UInt8], message: String) {
        #expect(Parsing.error(bytes) == message)
    }

    @Test func controlCharactersAreRefused() {
        let message = Parsing.error("version: 1\nmodel: a\u{0}b\n")
        #expect(message == "nightly.yaml: not YAML: control characters are not allowed")
    }

    @Test func controlCharactersAreEscapedInMessages() throws {
        let message = try #require(Parsing.error(#""\e[31m": 1"#))
        #expect(message.contains(#"unknown key "\u{1B}[31m""#))
        #expect(!message.unicodeScalars.contains("\u{1B}"))
    }

    @Test func longListsOfProblemsAreCut() throws {
        let keys = (0..<2000).map { "unknown-\($0): 1" }.joined(separator: "\n")
        let text = Parsing.scan(keys)
        do throws(PipelineFileError) {
            _ = try Parsing.parse(text)
            Issue.record("read a wrong file")
        } catch {
            #expect(error.problems.count == 1000)
            #expect(error.problems.first?.line == 5)
            let lines = error.description.split(separator: "\n")
            #expect(lines.count == 26)
            #expect(lines.last == "nightly.yaml: and 975 more problems")
        }
    }

    @Test func problemsAreInTheOrderOfTheFile() throws {
        for file in WrongFile.all {
            do throws(PipelineFileError) {
                _ = try Parsing.parse(file.text)
            } catch {
                let lines = error.problems.map { ($0.line ?? 0, $0.column ?? 0) }
                #expect(zip(lines, lines.dropFirst()).allSatisfy { $0 <= $1 })
            }
        }
    }
}
