import Foundation
import Tensors
import TestSupport
import Testing

extension ToolTests {
    /// Shards of a scan, and what becomes of them together.
    @Suite struct MergeTests {
        /// Fills two roots with what makes an order or a name hard, and returns the arguments of a scan of both.
        private func fill(_ folder: TemporaryFolder) async throws -> [String] {
            let model = try await SmallModel.write(to: folder)
            let normal = try Data(contentsOf: URL(filePath: Samples.normal + "/000.png"))
            let defective = try Data(contentsOf: URL(filePath: Samples.defective))
            for path in [
                "one/a/0.png", "one/a/1.png", "one/a-b/0.png", "one/a.png", "one/a.d/0.png",
                "one/a/b/c.png", "one/日本.png", "two/a.png", "two/same.png", "one/z.jpg.png",
            ] {
                try folder.write(normal, to: path)
            }
            for path in ["one/same.png", "two/deep/same.png", "two/same-2.png", "one/deep/x.png"] {
                try folder.write(defective, to: path)
            }
            try folder.write(Samples.halfAnImage(), to: "one/a/half.png")
            try folder.write("no image", to: "two/none.jpg")
            // Not all file systems have names that are no text.
            for name in [[0xFF], [0xFE], [0xF0, 0x78]] as [[UInt8]] {
                var path = Array(folder.path("two/").utf8) + name + Array(".png".utf8) + [0]
                path.withUnsafeMutableBytes { bytes in
                    guard let file = fopen(bytes.baseAddress, "wb") else { return }
                    _ = defective.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
                    fclose(file)
                }
            }
            return ["scan", "two", "one", "--model", model, "--pictures", "essential"]
        }

        private func scan(
            _ arguments: [String],
            shards: Int,
            in folder: TemporaryFolder
        ) async throws -> [String] {
            for shard in 1...shards {
                let outcome = try await residua(
                    arguments + ["--shard", "\(shard)/\(shards)", "--report", "part-\(shard)"],
                    in: folder
                )
                #expect([0, 3].contains(outcome.status), "\(outcome.error)")
            }
            return (1...shards).map { "part-\($0)" }
        }

        @Test(arguments: [1, 3, 40])
        func equalsAScanOfEverything(shards: Int) async throws {
            try await withTemporaryFolder { folder in
                let arguments = try await fill(folder)
                let whole = try await residua(arguments + ["--report", "whole"], in: folder)
                let parts = try await scan(arguments, shards: shards, in: folder)
                let merged = try await residua(
                    ["merge"] + parts.reversed() + ["--report", "all", "--export", "csv"],
                    in: folder
                )
                #expect(merged.status == 3 && whole.status == 3, "\(merged.error)")
                #expect(merged.error.isEmpty, "\(merged.error)")
                let (one, all) = (
                    try ReportFiles("whole", in: folder), try ReportFiles("all", in: folder)
                )
                #expect(one.records("flagged").count >= 4)
                #expect(one.records("failed").count == 2)
                #expect(all.lines == one.lines)
                #expect(all.flagged == one.flagged)
                for key in [
                    "model", "model_card", "roots", "settings", "counts", "threshold", "scores",
                    "false_alarm_rate", "calibration", "histogram", "legend", "failures", "drift",
                    "exit_status", "kernels", "interrupted", "version",
                ] {
                    #expect(all.summary?[key] == one.summary?[key], "\(key)")
                }
                // What is flagged or failed is said again, in the order of the whole.
                let said = { (outcome: ToolRun.Outcome) in
                    outcome.outputLines.filter { $0.hasPrefix("flagged") || $0.hasPrefix("failed") }
                }
                #expect(said(merged) == said(whole))
                #expect(try folder.contents().contains("all/images.csv"))
                for command in [["report", "all"], ["export", "all", "--format", "sarif"]] {
                    let outcome = try await residua(command, in: folder)
                    #expect(outcome.status == 0, "\(outcome.error)")
                }
            }
        }

        @Test func machinesOfSeveralKindsMakeOneReport() async throws {
            let kinds = Kernels.available.filter { $0.arithmetic == Kernels.best.arithmetic }
            try await withTemporaryFolder { folder in
                let arguments = try await fill(folder)
                _ = try await residua(arguments + ["--report", "whole"], in: folder)
                var parts: [String] = []
                for (index, kernels) in kinds.enumerated() {
                    parts.append("part-\(index + 1)")
                    let part = [
                        "--shard", "\(index + 1)/\(kinds.count)", "--kernels", kernels.name,
                        "--report", "part-\(index + 1)",
                    ]
                    let outcome = try await residua(arguments + part, in: folder)
                    #expect([0, 3].contains(outcome.status), "\(outcome.error)")
                }
                let merged = try await residua(["merge"] + parts + ["--report", "all"], in: folder)
                #expect(merged.status == 3, "\(merged.error)")
                let (one, all) = (
                    try ReportFiles("whole", in: folder), try ReportFiles("all", in: folder)
                )
                #expect(all.lines == one.lines)
                #expect(all.flagged == one.flagged)
                let names = kinds.map(\.name).sorted().joined(separator: ", ")
                #expect(all.summary?["kernels"]?.string == names)
            }
        }

        /// Each part is the same whatever else is there.
        @Test func newFilesMoveNoOther() async throws {
            try await withTemporaryFolder { folder in
                let arguments = try await fill(folder)
                let parts = try await scan(arguments, shards: 3, in: folder)
                let before = try parts.map { try ReportFiles($0, in: folder).paths }
                try Samples.copyNormal(6, to: "one/new", of: folder)
                _ = try await scan(arguments, shards: 3, in: folder)
                var added = 0
                for (part, paths) in zip(parts, before) {
                    let now = try ReportFiles(part, in: folder).paths
                    #expect(now.filter { !$0.hasPrefix("new/") } == paths)
                    added += now.count - paths.count
                }
                #expect(added == 6)
            }
        }

        @Test func manyShardsNeedFewOpenFiles() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                try Samples.copyNormal(24, to: "in", of: folder)
                let parts = try await scan(
                    ["scan", "in", "--model", model],
                    shards: 60,
                    in: folder
                )
                let script = "ulimit -n 32; exec \"$0\" \"$@\""
                let outcome = try await ToolRun(
                    ["-c", script, try BuiltTool.path(), "merge", "--report", "all"] + parts,
                    in: folder,
                    program: "/bin/sh"
                ).run()
                #expect(outcome.status == 0, "\(outcome.error)")
                #expect(try ReportFiles("all", in: folder).records.count == 24)
            }
        }

        @Test func anEmptyShardIsAReportAndAnEmptyFolderIsNone() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                try Samples.copyNormal(1, to: "in", of: folder)
                let parts = try await scan(["scan", "in", "--model", model], shards: 4, in: folder)
                let counts = try parts.map { try ReportFiles($0, in: folder).records.count }
                #expect(counts.sorted() == [0, 0, 0, 1])
                try folder.makeFolder("empty")
                let outcome = try await residua(
                    ["scan", "empty", "--shard", "1/4", "--model", model, "--report", "out"],
                    in: folder
                )
                #expect(outcome.status == 2)
                #expect(outcome.error.contains("no PNG or JPEG files in empty"))
            }
        }

        @Test(
            arguments: [
                (false, [], 0), (true, [], 0), (true, ["--fail-on-flagged"], 1),
                (false, ["--fail-on-flagged"], 0),
            ] as [(Bool, [String], Int32)]
        )
        func endsWithTheStatusOfAScan(flagged: Bool, options: [String], status: Int32) async throws
        {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                try Samples.copyNormal(2, to: "in", of: folder)
                if flagged {
                    try folder.write(
                        Data(contentsOf: URL(filePath: Samples.defective)),
                        to: "in/x.png"
                    )
                }
                let parts = try await scan(["scan", "in", "--model", model], shards: 2, in: folder)
                let outcome = try await residua(
                    ["merge", "--report", "all"] + parts + options,
                    in: folder
                )
                #expect(outcome.status == status, "\(outcome.error)")
                let summary = try ReportFiles("all", in: folder).summary
                #expect(summary?["exit_status"]?.number == Double(status))
            }
        }

        @Test func keepsALedgerForEachShard() async throws {
            try await withTemporaryFolder { folder in
                let arguments = try await fill(folder)
                _ = try await residua(arguments + ["--report", "whole"], in: folder)
                var parts: [String] = []
                for round in 0..<2 {
                    parts = []
                    for shard in 1...3 {
                        let outcome = try await residua(
                            arguments + [
                                "--shard", "\(shard)/3", "--report", "part-\(shard)",
                                "--ledger", "state/\(shard).sqlite",
                            ],
                            in: folder
                        )
                        #expect([0, 3].contains(outcome.status), "\(round): \(outcome.error)")
                        parts.append("part-\(shard)")
                    }
                }
                let merged = try await residua(["merge", "--report", "all"] + parts, in: folder)
                #expect([0, 3].contains(merged.status), "\(merged.error)")
                let (one, all) = (
                    try ReportFiles("whole", in: folder), try ReportFiles("all", in: folder)
                )
                #expect(all.lines == one.lines)
                #expect(all.flagged == one.flagged)
                #expect(all.summary?["fresh"]?["images"] != nil)
            }
        }

        @Test func saysWhatIsMissingAndGoesOnWhereAllowed() async throws {
            try await withTemporaryFolder { folder in
                let arguments = try await fill(folder)
                _ = try await scan(arguments, shards: 3, in: folder)
                let refused = try await residua(["merge", "part-2", "--report", "all"], in: folder)
                #expect(refused.status == 2)
                #expect(
                    refused.errorLines == [
                        "residua: shards 1, 3 of 3 missing: name their reports too, or pass --allow-missing to join the others"
                    ]
                )
                let allowed = try await residua(
                    ["merge", "part-2", "--report", "all", "--allow-missing"],
                    in: folder
                )
                #expect([0, 3].contains(allowed.status))
                #expect(allowed.error.contains("2 of 3 shards are missing"))
                let summary = try ReportFiles("all", in: folder).summary
                #expect(summary?["merged"]?["missing"] == .array([.number(1), .number(3)]))
            }
        }

        @Test(
            arguments: [
                (["merge", "--report", "all"], "Missing expected argument"),
                (["merge", "in", "--model", "m", "--report", "all"], "go with files of records"),
                (["merge", "in", "file", "--report", "all"], "give folders or files, not both"),
                (["merge", "file", "--report", "all"], "files of records need --model"),
                (
                    ["merge", "file", "--model", "m", "--allow-missing", "--report", "all"],
                    "--allow-missing goes with"
                ),
                (
                    ["scan", "in", "--shard", "3/2", "--model", "m", "--report", "r"],
                    "such as 1/8, found 3/2"
                ),
            ] as [([String], String)]
        )
        func tellsWrongUsage(arguments: [String], reason: String) async throws {
            try await withTemporaryFolder { folder in
                try folder.makeFolder("in")
                try folder.write("", to: "file")
                let outcome = try await residua(arguments, in: folder)
                #expect(outcome.status == 64)
                #expect(outcome.error.contains(reason), "\(outcome.error)")
                #expect(!folder.contains("all"))
            }
        }

        @Test(arguments: [["in", "gone"], ["file", "gone", "--model", "m"]])
        func namesAPathThatIsNotThere(paths: [String]) async throws {
            try await withTemporaryFolder { folder in
                try folder.makeFolder("in")
                try folder.write("", to: "file")
                let outcome = try await residua(["merge", "--report", "all"] + paths, in: folder)
                #expect(outcome.status == 2)
                #expect(outcome.error.contains("gone: it is not there"), "\(outcome.error)")
                #expect(!folder.contains("all"))
            }
        }
    }
}
