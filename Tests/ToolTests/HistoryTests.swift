import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// `residua history`, and the history in run.json.
    @Suite struct HistoryTests {
        @Test func tellsRunsOverTime() async throws {
            try await withTemporaryFolder { folder in
                let first = try await LabelTests.scan(in: folder)
                _ = try await LabelTests.label("other.png", "confirmed", in: folder)
                let scan = [
                    "scan", "in", "--model", "parts.residua", "--report", "report", "--ledger",
                    LabelTests.ledger, "--only-new",
                ]
                _ = try await residua(scan, in: folder)
                try Samples.copyNormal(5, to: "in", of: folder)
                _ = try await residua(scan, in: folder)
                let last = try ReportFiles("report", in: folder)

                let json = try await residua(
                    ["history", LabelTests.ledger, "--format", "json"],
                    in: folder
                )
                let history = try JSONValue(parsing: Array(json.output.utf8))
                let runs = try #require(history["runs"]?.list)
                #expect(runs.map { $0["run"]?.number } == [1, 2, 3])
                #expect(runs.map { $0["fresh"]?["images"]?.number } == [5, 0, 2])
                #expect(runs.map { $0["fresh"]?["flagged"]?.number } == [2, 0, 0])
                #expect(runs.map { $0["unchanged"]?.number } == [0, 5, 5])
                #expect(runs.map { $0["flagged_share"]?.number } == [0.4, nil, 0])
                #expect(runs.map { $0["exit_status"]?.number } == [0, 0, 0])
                #expect(runs[0]["scores"] == first.summary?["scores"])
                #expect(history["labels"]?["confirmed"]?.number == 1)
                // The report of a run has the same history, this run's own end included.
                #expect(last.summary?["history"]?.list == runs)

                let two = try await residua(
                    ["history", LabelTests.ledger, "--last", "2", "--format", "json"],
                    in: folder
                )
                let newest = try JSONValue(parsing: Array(two.output.utf8))["runs"]?.list
                #expect(newest == Array(runs.dropFirst()))
            }
        }

        @Test("a table of 100 columns, with blocks where the terminal has them")
        func prints() async throws {
            try await withTemporaryFolder { folder in
                _ = try await LabelTests.scan(in: folder)
                _ = try await LabelTests.label("other.png", "false-alarm", in: folder)
                try await LabelTests.scanAgain(in: folder)
                for (locale, blocks) in [("C.UTF-8", true), ("POSIX", false)] {
                    var tool = ToolRun(["history", LabelTests.ledger], in: folder)
                    tool.environment["LC_ALL"] = locale
                    let outcome = try await tool.run()
                    #expect(outcome.status == 0)
                    #expect(outcome.outputLines.allSatisfy { $0.count <= 100 })
                    #expect(outcome.outputLines.prefix(3).allSatisfy { $0.count == 100 })
                    #expect(outcome.output.contains("\nflagged share  "))
                    #expect(outcome.output.contains("▁") == blocks)
                    #expect(outcome.output.utf8.allSatisfy { $0 < 128 } == !blocks)
                    #expect(outcome.output.hasSuffix("1 false alarm (precision 0.00)\n"))
                }
                let since = try await residua(
                    ["history", LabelTests.ledger, "--since", "2999-01-01"],
                    in: folder
                )
                #expect(since.output == "no runs\n")
                let day = try await residua(
                    ["history", LabelTests.ledger, "--since", "2020-02-29T08:00:00Z"],
                    in: folder
                )
                #expect(day.outputLines.count > 3)
                for wrong in [["--since", "yesterday"], ["--last", "0"]] {
                    let outcome = try await residua(
                        ["history", LabelTests.ledger] + wrong,
                        in: folder
                    )
                    #expect(outcome.status == 64, "\(wrong)")
                }
                let missing = try await residua(["history", "no.db"], in: folder)
                #expect(missing.status == 2 && missing.error.contains("there is no ledger"))
            }
        }
    }
}

extension JSONValue {
    /// The elements of an array.
    var list: [JSONValue]? {
        if case .array(let elements) = self { return elements }
        return nil
    }
}
