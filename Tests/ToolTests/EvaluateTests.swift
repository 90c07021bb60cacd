import Foundation
import ImageCodec
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
                // Far above chance, though the model is small: measured 0.75, 0.88 and 0.52.
                #expect(0.7...0.8 ~= (image["auroc"]?.number ?? 0))
                #expect(0.85...0.91 ~= (metrics["pixel"]?["auroc"]?.number ?? 0))
                #expect(0.45...0.58 ~= (metrics["pixel"]?["aupro"]?.number ?? 0))
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

        @Test("masks that can't be used are named; names that are not UTF-8 have theirs found")
        func namesMasksThatItCannotUse() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                func copy(_ path: String, to target: String) throws {
                    try folder.write(
                        Data(contentsOf: URL(filePath: "\(Samples.dataset)/\(path)")),
                        to: target
                    )
                }
                try copy("test/good/000.png", to: "set/test/good/000.png")
                for name in ["000", "001", "002", "003"] {
                    try copy("test/dent/000.png", to: "set/test/dent/\(name).png")
                }
                try copy("ground_truth/dent/000_mask.png", to: "set/ground_truth/dent/000_mask.png")
                try folder.write("no mask", to: "set/ground_truth/dent/001_mask.png")
                let small = PixelImage(width: 2, height: 1, channels: 1, levels: [0, 255])
                try folder.write(
                    try ImageWriter.png(small),
                    to: "set/ground_truth/dent/002_mask.png"
                )
                #if os(Linux)
                    // A name of one byte that is no UTF-8; other systems refuse it.
                    for (name, target) in [
                        ("set/test/dent/003", "set/test/dent/"),
                        ("set/ground_truth/dent/000_mask", "set/ground_truth/dent/"),
                    ] {
                        let ending = name.hasSuffix("_mask") ? "_mask.png" : ".png"
                        let path = Array(folder.path(target).utf8) + [0xE9] + Array(ending.utf8)
                        let bytes = try folder.bytes("\(name).png")
                        try #require(Self.write(bytes, to: path))
                    }
                #endif
                let outcome = try await residua(
                    ["evaluate", "set", "--model", model, "--report", "out"],
                    in: folder
                )
                #expect(outcome.status == 0, "\(outcome.error)")
                let warnings = outcome.errorLines.filter {
                    $0.hasPrefix("warning: mask not used: ")
                }
                #expect(warnings.count == 2)
                #expect(warnings.first?.contains("ground_truth/dent/001_mask.png: ") == true)
                #expect(
                    warnings.last?.hasSuffix(
                        "002_mask.png: the mask has 2 x 1 pixels, its image 160 x 160"
                    ) == true
                )
                let counts = try JSONValue(parsing: folder.bytes("out/metrics.json"))["counts"]
                #if os(Linux)
                    #expect(counts?["anomalous"] == .number(5))
                    #expect(counts?["masked"] == .number(2))
                #else
                    #expect(counts?["masked"] == .number(1))
                #endif
            }
        }

        /// Writes a file whose path may be any bytes.
        private static func write(_ bytes: [UInt8], to path: [UInt8]) -> Bool {
            let name = path.map { CChar(bitPattern: $0) } + [0]
            guard let file = fopen(name, "w") else { return false }
            defer { fclose(file) }
            return fwrite(bytes, 1, bytes.count, file) == bytes.count
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
