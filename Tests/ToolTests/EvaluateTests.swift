import Foundation
import TestSupport
import Testing

extension ToolTests {
    @Suite struct EvaluateTests {
        @Test func measuresAModel() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let outcome = try await residua(
                    ["evaluate", Samples.dataset, "--model", model, "--report", "out"],
                    in: folder
                )
                #expect(outcome.status == 0)

                let metrics = try JSONValue(parsing: folder.bytes("out/metrics.json"))
                let image = try #require(metrics["image"])
                // Far above chance, though the model is small.
                #expect(0.6...1 ~= (image["auroc"]?.number ?? 0))
                #expect(0.6...1 ~= (metrics["pixel"]?["auroc"]?.number ?? 0))
                #expect(0.2...1 ~= (metrics["pixel"]?["aupro"]?.number ?? 0))
                let counts = metrics["counts"]
                #expect(counts?["train"] == .number(24))
                #expect(counts?["normal"] == .number(8))
                #expect(counts?["anomalous"] == .number(8))
                #expect(counts?["masked"] == .number(8))
                #expect(counts?["failed"] == .number(0))

                let report = try ReportFiles("out", in: folder)
                #expect(report.isConsistent)
                #expect(report.records.count == 16)
                #expect(report.summary?["command"]?.string == "evaluate")
                let flagged = report.records("flagged").compactMap { $0["path"]?.string }
                let defects = try #require(image["by_defect"])
                for index in 0..<4 {
                    let name = try #require(defects[index]?["name"]?.string)
                    let count = flagged.count { $0.hasPrefix("\(name)/") }
                    #expect(defects[index]?["flagged"]?.number == Double(count))
                }
                let alarms = Double(flagged.count { $0.hasPrefix("good/") }) / 8
                #expect(image["false_alarm_rate"]?.number == alarms)
                let auroc = String(format: "%.4f", image["auroc"]?.number ?? 0)
                #expect(outcome.output.contains("image AUROC          \(auroc)\n"))
                for name in ["pixel AUROC", "pixel AUPRO", "burr", "dent", "scratch"] {
                    #expect(outcome.output.contains("\n\(name) "))
                }
            }
        }

        @Test func scoresAsAScanDoes() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                for arguments in [
                    ["evaluate", Samples.dataset, "--report", "evaluated"],
                    ["scan", Samples.test, "--report", "scanned"],
                ] {
                    let outcome = try await residua(arguments + ["--model", model], in: folder)
                    #expect(outcome.status == 0)
                }
                let evaluated = try ReportFiles("evaluated", in: folder)
                let scanned = try ReportFiles("scanned", in: folder)
                #expect(evaluated.lines == scanned.lines)
            }
        }

        @Test func learnsTheModelThatTrainLearns() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                try folder.write(SmallModel.configuration, to: "small.json")
                for (report, options) in [
                    ("learned", ["--configuration", "small.json"]), ("given", ["--model", model]),
                ] {
                    let outcome = try await residua(
                        ["evaluate", Samples.dataset, "--report", report] + options,
                        in: folder
                    )
                    #expect(outcome.status == 0)
                }
                let learned = try ReportFiles("learned", in: folder)
                let given = try ReportFiles("given", in: folder)
                #expect(learned.lines == given.lines)
                #expect(learned.summary?["model"]?["sha256"] == given.summary?["model"]?["sha256"])
                let metrics = try JSONValue(parsing: folder.bytes("learned/metrics.json"))
                #expect(metrics["timing"]?["train_seconds"]?.number ?? 0 > 0)
            }
        }
    }
}
