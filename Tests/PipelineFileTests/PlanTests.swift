import PipelineFile
import Testing

@Suite struct PlanTests {
    @Test func showsEveryKeyAndMarksDefaults() throws {
        let plan = try Parsing.parse(Parsing.scan("run: {jobs: 2}\nledger: \"a: ${DOLLAR}\""))
            .plan()
        #expect(
            plan == """
                version: 1
                model: /etc/residua/m.residua
                ingest:
                  roots:
                    - /etc/residua/in
                  # include: names with an ending of an image
                  exclude: []  # default
                  recursive: true  # default
                  follow-links: false  # default
                  all-names: false  # default
                  on-damage: truncated  # default
                  only-new: true  # default
                  retry-failed: false  # default
                  settle: 10s  # default
                  limits:
                    bytes: 256MiB  # default
                    pixels: 200M  # default
                    side: 65k  # default
                    scans: 200  # default
                    seconds: 60  # default
                scoring:
                  # false-alarm-rate: as the model was learned with
                report:
                  folder: /etc/residua/out
                  records: all  # default
                  exports: []  # default
                  # metrics-file: none
                  pictures: all  # default
                ledger: "/etc/residua/a: $${HOME}"
                lock:
                  wait: 0s  # default
                run:
                  jobs: 2
                  kernels: auto  # default
                  precision: int16  # default
                  fail-on-flagged: false  # default
                  # log-file: none

                """
        )
    }

    @Test(arguments: [
        Parsing.scan(""), Parsing.train(""), Parsing.everything,
        Parsing.train(
            "ingest: {roots: [in], include: [a, '[!b]*', '#c', '- d', '\"e', 'f$$g', '\\*']}\n"
        )
            + "report: {folder: 'o: {date}'}",
        Parsing.scan("ledger: \"/a\\nb\\t\\u2028\\e\\x85 'c' \\\\ é 😀\""),
        Parsing.scan("scoring: {false-alarm-rate: 1e-3}\nlock: {wait: 1.5s}"),
        Parsing.limits("bytes: 1001, pixels: 1G, side: 1, seconds: 86400"),
    ])
    func readsBackAsTheSameDeclaration(text: String) throws {
        let declared = try Parsing.parse(text)
        let plan = declared.plan()
        var again = try Parsing.parse(plan)
        #expect(
            again.plan().replacing("  # default", with: "")
                == plan.replacing("  # default", with: "")
        )
        again.givenKeys = declared.givenKeys
        #expect(again == declared)
        #expect(again.plan() == plan)
    }

    @Test func nothingIsMarkedWhereAllIsGiven() throws {
        #expect(!(try Parsing.parse(Parsing.everything).plan().contains("tiles: none")))
        let marked = try Parsing.parse(Parsing.everything).plan().split(separator: "\n")
            .filter { $0.hasSuffix("# default") }
        #expect(marked == ["    overlap: 64  # default"])
    }
}
