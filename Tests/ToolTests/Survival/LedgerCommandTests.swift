import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// Looking into a ledger, and tidying it up.
    @Suite struct LedgerCommandTests {
        private static func ledger(
            _ words: [String],
            _ site: Site
        ) async throws -> ToolRun.Outcome {
            let words = words.map { $0 == "-" ? site.folder.path("ledger.sqlite") : $0 }
            return try await residua(["ledger"] + words, in: site.folder)
        }

        @Test func listsAndExplainsInputsAndRuns() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 40)
                let report = try await site.report().files
                let listed = try await Self.ledger(["list", "-"], site)
                #expect(listed.status == 0)
                #expect(listed.outputLines.count == report.records.count)
                for status in ["ok", "flagged", "failed"] {
                    let wanted = report.records(status)
                    let some = try await Self.ledger(
                        ["list", "-", "--status", status, "--format", "json"],
                        site
                    )
                    #expect(some.outputLines.count == wanted.count)
                    let paths = try some.outputLines.map {
                        try JSONValue(parsing: Array($0.utf8))["path"]?.string
                    }
                    #expect(paths == wanted.map { $0["path"]?.string })
                }
                let flagged = try #require(report.records("flagged").first)
                let path = try #require(flagged["path"]?.string)
                let explained = try await Self.ledger(["explain", "-", path], site)
                #expect(explained.status == 0)
                for wanted in [path, "flagged", try #require(flagged["sha256"]?.string)] {
                    #expect(explained.output.contains(wanted), "\(explained.output)")
                }
                let unknown = try await Self.ledger(["explain", "-", "nobody.png"], site)
                #expect(unknown.status == 2)
                #expect(unknown.error.contains("knows no input whose path ends in nobody.png"))

                _ = try await site.report()
                let runs = try await Self.ledger(["runs", "-"], site)
                #expect(runs.outputLines.count == 3)
                let newest = try await Self.ledger(["runs", "-", "--limit", "1"], site)
                #expect(newest.outputLines == Array(runs.outputLines[..<2]))
            }
        }

        @Test(arguments: [
            ["list", "-", "--limit", "0"], ["runs", "-", "--limit", "-1"],
            ["prune", "-", "--runs-older-than", "1000001"],
            ["prune", "-", "--runs-older-than", "-1"],
        ])
        func refusesNumbersThatMeanNothing(words: [String]) async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 4)
                _ = try await site.report()
                let outcome = try await Self.ledger(words, site)
                #expect(outcome.status == 64)
                #expect(outcome.output.isEmpty)
            }
        }

        /// An input that the system can't tell of may still be there.
        @Test func forgetsOnlyWhatIsGone() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 12)
                try folder.write(
                    Data(contentsOf: URL(filePath: Samples.normal + "/003.png")),
                    to: "in/below/deep.png"
                )
                _ = try await site.report()
                let manager = FileManager.default
                try manager.removeItem(atPath: folder.path("in/line-0/part-002.png"))
                // What lies behind a link to itself can't be told.
                try manager.removeItem(atPath: folder.path("in/below"))
                try folder.link("in/below", to: "below")

                let shown = try await Self.ledger(["prune", "-", "--dry-run"], site)
                #expect(shown.outputLines.count == 2, "\(shown.output)")
                #expect(shown.output.contains("part-002.png"))
                let kept = try await Self.ledger(["list", "-"], site)
                #expect(kept.outputLines.count == 13)

                let pruned = try await Self.ledger(
                    ["prune", "-", "--runs-older-than", "0"],
                    site
                )
                #expect(
                    pruned.output.hasPrefix("1 inputs whose files are gone were forgotten"),
                    "\(pruned.output)"
                )
                let left = try await Self.ledger(["list", "-"], site)
                #expect(left.outputLines.count == 12)
                #expect(!left.output.contains("part-002.png"))
                #expect(left.output.contains("deep.png"))
            }
        }

        /// Roots that are files have their own names as paths.
        @Test func aLostLedgerOfSingleFilesIsFilledAgain() async throws {
            try await withTemporaryFolder { folder in
                let site = try await Site(folder, inputs: 8)
                let files = (0..<6).map { folder.path("in/line-0/part-00\($0).png") }
                let arguments =
                    ["scan"] + files + [
                        "--model", site.model, "--report", folder.path("out"),
                        "--ledger", folder.path("ledger.sqlite"), "--only-new",
                    ]
                let first = try await residua(arguments)
                #expect(first.output.contains("new: 6 "))
                try folder.write("no ledger", to: "ledger.sqlite")
                let second = try await residua(arguments)
                #expect(second.error.contains("was damaged"))
                #expect(second.output.contains("new: 0 "), "\(second.output)")
            }
        }
    }
}
