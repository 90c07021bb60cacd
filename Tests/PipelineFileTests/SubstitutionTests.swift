import PipelineFile
import Testing

@Suite struct SubstitutionTests {
    @Test(arguments: [
        ("${ROOT}/x", "/data/x"), ("/a/${JOBS}${JOBS}", "/a/33"), ("/a$$b", "/a$b"),
        ("/a$${ROOT}", "/a${ROOT}"), ("/${NOPE:-x y}", "/x y"), ("/${EMPTY:-x}", "/x"),
        ("/a${EMPTY}b", "/ab"), ("/${NOPE:-}z", "/z"), ("/${NOPE:-a:-b}", "/a:-b"),
        ("/${ROOT:-x}/y", "/data/y"), ("/x${DOLLAR}", "/x${HOME}"), ("'/${ROOT}'", "/data"),
        ("\"/${ROOT}\"", "/data"), ("/$$$$", "/$$"),
    ])
    func variablesArePutIn(text: String, path: String) throws {
        #expect(try Parsing.parse(Parsing.scan("ledger: \(text)")).ledger == path)
    }

    @Test func aValueWithStructureStaysOneValue() throws {
        let declared = try Parsing.parse(Parsing.scan("ledger: /x/${TRICKY}"))
        #expect(declared.ledger == "/x/a: b\n- c # d")
        #expect(declared.run.jobs == nil)
    }

    @Test(arguments: [
        "run:\n  jobs: ${JOBS}", "run: {jobs: \"${JOBS}\"}", "run: {jobs: '${N:-3}'}",
    ])
    func aVariableMayBeANumber(text: String) throws {
        #expect(try Parsing.parse(Parsing.scan(text)).run.jobs == 3)
    }

    @Test func aVariableMayBeTrue() throws {
        let text = Parsing.scan("run:\n  fail-on-flagged: ${FLAG}")
        #expect(try Parsing.parse(text, environment: ["FLAG": "true"]).run.failsOnFlagged)
    }

    @Test func keysAreLeftAlone() {
        let message = Parsing.error(Parsing.scan("${ROOT}: 1"))
        #expect(message?.hasPrefix("nightly.yaml:5:1: unknown key \"${ROOT}\"") == true)
    }

    @Test func aTextThatIsLookedForIsNotPutInAgain() throws {
        let text = Parsing.scan("ledger: /${A}")
        let declared = try Parsing.parse(text, environment: ["A": "${A}$$"])
        #expect(declared.ledger == "/${A}$$")
    }

    @Test func muchTextFromVariablesIsRefused() {
        let list = (0..<600).map { _ in "  - ${BIG}" }.joined(separator: "\n")
        let text = Parsing.train("ingest:\n  include:\n\(list)")
        do throws(PipelineFileError) {
            _ = try Parsing.parse(text, environment: ["BIG": String(repeating: "x", count: 2000)])
            Issue.record("read a file of more than a mebibyte")
        } catch {
            #expect(error.description.contains("variables add more than 1048576 bytes"))
        }
    }
}
