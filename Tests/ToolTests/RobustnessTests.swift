import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// The measurement behind `pipelines/robustness.sh`, on a few pictures.
    @Suite struct RobustnessTests {
        private static func measure(_ out: String, in folder: TemporaryFolder, jobs: Int)
            async throws
        {
            let outcome = try await ToolRun(
                [
                    "robustness", Samples.dataset, "--out", out, "--train", "8", "--test", "1",
                    "--seeds", "1", "--steps", "4", "--jobs", "\(jobs)",
                ],
                in: folder,
                program: try BuiltTool.path("residua-bench")
            ).run()
            #expect(outcome.status == 0, "\(outcome.error)")
        }

        @Test func measuresEveryContestantUnderEveryCorruption() async throws {
            try await withTemporaryFolder { folder in
                try await Self.measure("one", in: folder, jobs: 1)
                let text = String(decoding: try folder.bytes("one/robustness.csv"), as: UTF8.self)
                let lines = text.split(separator: "\n").map {
                    $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                }
                let rows = lines.dropFirst()
                // Four kinds of inference and three of prior; clean, and five corruptions of five strengths.
                #expect(rows.count == 7 * 26)
                #expect(rows.allSatisfy { $0.count == lines[0].count })
                #expect(Set(rows.map { $0[2] }).count == 7)
                #expect(
                    Set(rows.map { $0[4] })
                        == ["none", "noise", "blur", "brightness", "contrast", "jpeg"]
                )
                for row in rows {
                    #expect(0...1 ~= (Double(row[6]) ?? -1))
                    #expect(row[9] == "1" && row[10] == "1")
                    #expect((row[4] == "none") == (row[5] == "0"))
                    // Models have a threshold; the networks' logits are not calibrated.
                    #expect(row[7].isEmpty == (row[1] == "prior"))
                    let density = Double(row[8]) ?? 0
                    #expect(density > 0 && density < 1)
                }
                // The same pictures and seeds give the same bytes, whatever the number of jobs.
                try await Self.measure("two", in: folder, jobs: 2)
                for name in ["csv", "md", "svg"] {
                    let file = "robustness.\(name)"
                    #expect(try folder.bytes("one/\(file)") == folder.bytes("two/\(file)"))
                }
            }
        }

        @Test(arguments: [[], ["set"], ["set", "--out"], ["--out", "o", "set", "--seeds", "0"]])
        func refusesWrongArguments(arguments: [String]) async throws {
            let outcome = try await ToolRun(
                ["robustness"] + arguments,
                program: try BuiltTool.path("residua-bench")
            ).run()
            #expect(outcome.status == 2)
            #expect(outcome.error.contains("usage: residua-bench robustness"))
        }
    }
}
