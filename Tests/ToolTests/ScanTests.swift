import Digests
import Foundation
import ImageCodec
import TestSupport
import Testing

extension ToolTests {
    @Suite struct ScanTests {
        /// Scans the test images, or others, into the folder `out`.
        private func scan(
            _ paths: [String] = [Samples.test],
            in folder: TemporaryFolder,
            _ options: String...
        ) async throws -> (outcome: ToolRun.Outcome, report: ReportFiles) {
            let model = try await SmallModel.write(to: folder)
            let outcome = try await residua(
                ["scan"] + paths + ["--model", model, "--report", "out"] + options,
                in: folder
            )
            try #require(outcome.status != 2, "\(outcome.error)")
            return (outcome, try ReportFiles("out", in: folder))
        }

        @Test func writesOneRecordPerInputInPathOrder() async throws {
            try await withTemporaryFolder { folder in
                let (outcome, report) = try await scan(in: folder)
                #expect(outcome.status == 0)
                let images = try FileManager.default.subpathsOfDirectory(atPath: Samples.test)
                    .filter { $0.hasSuffix(".png") }.sorted()
                #expect(images.count == 16)
                #expect(report.paths == images)
                #expect(report.isConsistent)
                for path in ["missing-hole/000.png", "missing-hole/001.png"] {
                    let record = report.record(path)
                    #expect(record?["status"]?.string == "flagged")
                    #expect(record?["regions"]?[0]?["box"]?["width"]?.number ?? 0 > 0)
                }
                #expect(report.records("ok").count >= 6)
                for record in report.records {
                    let score = try #require(record["score"]?.number)
                    let threshold = try #require(record["threshold"]?.number)
                    #expect((record["status"]?.string == "flagged") == (score > threshold))
                    #expect(0...1 ~= (record["p_value"]?.number ?? -1))
                }
            }
        }

        @Test(arguments: ["all", "essential", "none"])
        func putsItsPicturesIntoEachFlaggedFolder(selection: String) async throws {
            try await withTemporaryFolder { folder in
                let (_, report) = try await scan(in: folder, "--pictures", selection)
                let flagged = report.records("flagged")
                #expect(!flagged.isEmpty)
                var wanted: [String] = []
                for record in flagged {
                    let id = try #require(record["id"]?.string)
                    let names = try Self.pictures(of: record, selection)
                    wanted += (names + ["report.json"]).map { "\(id)/\($0)" }
                    let document = try JSONValue(parsing: report.flagged["\(id)/report.json"] ?? [])
                    #expect(document["path"] == record["path"])
                    #expect(document["score"] == record["score"])
                    #expect(document["regions"] == record["regions"])
                    #expect(document["pictures"] == .array(names.map { .string($0) }))
                    #expect(
                        record["links"]?["pictures"]
                            == .array(names.map { .string("flagged/\(id)/\($0)") })
                    )
                    for name in names {
                        let bytes = try #require(report.flagged["\(id)/\(name)"])
                        let picture = try ImageReader.decode(bytes).image
                        guard ["image.jpg", "heatmap.png", "overlay.png"].contains(name) else {
                            continue
                        }
                        #expect(Double(picture.width) == record["width"]?.number)
                        #expect(Double(picture.height) == record["height"]?.number)
                    }
                }
                #expect(report.flagged.keys.sorted() == wanted.sorted())
            }
        }

        /// The pictures that a flagged image has, in the order of its report.
        private static func pictures(
            of record: JSONValue,
            _ selection: String
        ) throws -> [String] {
            guard selection != "none" else { return [] }
            var regions = 0
            while record["regions"]?[regions] != nil { regions += 1 }
            let crops = (0..<min(regions, 3)).map { "crop-\($0 + 1).png" }
            let names = ["thumbnail.jpg", "image.jpg", "heatmap.png"]
            let others = ["overlay.png", "map.png", "reconstruction.png", "panel.png"]
            return names + (selection == "all" ? others : []) + crops
        }

        @Test(arguments: ["1", "4"])
        func writesTheSameBytesWhateverTheJobs(jobs: String) async throws {
            try await withTemporaryFolder { folder in
                let first = try await scan(in: folder, "--jobs", "2").report
                let second = try await scan(in: folder, "--jobs", jobs).report
                #expect(!first.flagged.isEmpty)
                #expect(first.lines == second.lines)
                #expect(first.flagged == second.flagged)
            }
        }

        /// A single image is scored by encoders side by side.
        @Test func anImageAloneComesOutAsAmongOthers() async throws {
            try await withTemporaryFolder { folder in
                let both = try await scan(
                    [Samples.test + "/missing-hole"],
                    in: folder,
                    "--jobs",
                    "2"
                ).report
                let one = try await scan([Samples.defective], in: folder, "--jobs", "3").report
                #expect(both.paths == ["000.png", "001.png"])
                #expect(one.records == both.records.prefix(1).map(\.self))
                let own = both.flagged.filter { $0.key.hasPrefix("000") }
                #expect(own.count > 5)
                #expect(one.flagged == own)
            }
        }

        @Test func summarizesTheRun() async throws {
            let digest = SHA256Digest(of: try await SmallModel.bytes).description
            let version = try await residua(["--version"]).outputLines.first.map(String.init)
            try await withTemporaryFolder { folder in
                let (_, report) = try await scan(in: folder, "--jobs", "3")
                let summary = try #require(report.summary)
                #expect(summary["schema_version"] == .number(1))
                #expect(summary["version"]?.string == version)
                #expect(summary["command"]?.string == "scan")
                #expect(summary["model"]?["sha256"]?.string == digest)
                #expect(summary["model"]?["training_images"] == .number(24))
                #expect(summary["false_alarm_rate"] == .number(0.01))
                #expect(summary["calibration"]?["sufficient"] == .bool(false))
                #expect(summary["calibration"]?["normals"] == .number(24))
                #expect(summary["threshold"] == report.records[0]["threshold"])
                #expect(summary["jobs"] == .number(3))
                #expect(summary["kernels"]?.string?.isEmpty == false)
                #expect(summary["exit_status"] == .number(0))
                #expect(summary["interrupted"] == .bool(false))
                #expect(summary["failures"] == .array([]))
                let scores = report.records.compactMap { $0["score"]?.number }
                #expect(summary["scores"]?["maximum"]?.number == scores.max())
                #expect(summary["scores"]?["minimum"]?.number == scores.min())
                let times = try ["started_at", "finished_at"].map {
                    try Date(summary[$0]?.string ?? "", strategy: .iso8601)
                }
                #expect(times[0] <= times[1])
            }
        }

        @Test func flagsMoreAtAHigherRate() async throws {
            try await withTemporaryFolder { folder in
                let strict = try await scan(in: folder).report
                let lax = try await scan(in: folder, "--false-alarm-rate", "0.5").report
                #expect(lax.records("flagged").count > strict.records("flagged").count)
                #expect(lax.summary?["calibration"]?["sufficient"] == .bool(true))
            }
        }

        @Test(
            arguments: [
                (false, false, [], 0), (false, false, ["--fail-on-flagged"], 0),
                (true, false, [], 0), (true, false, ["--fail-on-flagged"], 1),
                (true, true, [], 3), (true, true, ["--fail-on-flagged"], 3),
            ] as [(Bool, Bool, [String], Int32)]
        )
        func endsWithTheStatusOfTheContract(
            flagged: Bool,
            failed: Bool,
            options: [String],
            status: Int32
        ) async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(2, to: "in", of: folder)
                if failed { try folder.write("no image", to: "in/corrupt.png") }
                let paths = ["in"] + (flagged ? [Samples.defective] : [])
                let model = try await SmallModel.write(to: folder)
                let outcome = try await residua(
                    ["scan"] + paths + ["--model", model, "--report", "out"] + options,
                    in: folder
                )
                #expect(outcome.status == status)
                let report = try ReportFiles("out", in: folder)
                #expect(report.summary?["exit_status"]?.number == Double(status))
                #expect(report.records.count == 2 + (flagged ? 1 : 0) + (failed ? 1 : 0))
            }
        }

        @Test func scoresAllOthersBesideACorruptImage() async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(5, to: "in", of: folder)
                try folder.write(try Samples.halfAnImage(), to: "in/002b.png")
                let (outcome, report) = try await scan(["in"], in: folder)
                #expect(outcome.status == 3)
                #expect(report.isConsistent)
                #expect(report.records("failed").count == 1)
                #expect(report.records("ok").count == 5)
                let failure = report.record("002b.png")?["failure"]
                #expect(failure?["stage"]?.string == "decode")
                #expect(failure?["code"]?.string == "truncated")
                #expect(failure?["detail"]?.string?.isEmpty == false)
                let counted = JSONValue.object([
                    "stage": .string("decode"), "code": .string("truncated"), "count": .number(1),
                ])
                #expect(report.summary?["failures"] == .array([counted]))
            }
        }

        @Test func findsImagesInSubfoldersByTheirEndings() async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(2, to: "in/deep/deeper", of: folder)
                try Samples.copyNormal(1, to: "in", of: folder)
                let image = try folder.bytes("in/000.png")
                try folder.write(image, to: "in/LOUD.PNG")
                try folder.write(image, to: "in/unnamed.dat")
                try folder.write("notes", to: "in/notes.txt")
                let paths = ["000.png", "LOUD.PNG", "deep/deeper/000.png", "deep/deeper/001.png"]
                let usual = try await scan(["in"], in: folder).report
                #expect(usual.paths == paths)

                let (outcome, all) = try await scan(["in"], in: folder, "--all-names")
                #expect(outcome.status == 3)
                #expect(all.paths == paths + ["notes.txt", "unnamed.dat"])
                #expect(all.record("unnamed.dat")?["status"]?.string == "ok")
                #expect(all.record("notes.txt")?["status"]?.string == "failed")
            }
        }

        @Test func followsLinksOnlyWhenAsked() async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(1, to: "in", of: folder)
                try Samples.copyNormal(2, to: "elsewhere", of: folder)
                try folder.link("in/linked", to: folder.path("elsewhere"))
                let usual = try await scan(["in"], in: folder).report
                #expect(usual.paths == ["000.png"])
                let followed = try await scan(["in"], in: folder, "--follow-links").report
                #expect(followed.paths == ["000.png", "linked/000.png", "linked/001.png"])
            }
        }

        @Test func doesNotWaitForAPipe() async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(1, to: "in", of: folder)
                try #require(mkfifo(folder.path("in/x.png"), 0o600) == 0)
                let (outcome, report) = try await scan(["in"], in: folder)
                #expect(outcome.status == 3)
                #expect(report.record("000.png")?["status"]?.string == "ok")
                let failure = report.record("x.png")?["failure"]
                #expect(failure?["stage"]?.string == "read")
                #expect(failure?["code"]?.string == "not-a-file")
            }
        }

        @Test func keepsANewlineInANameInItsPlace() async throws {
            try await withTemporaryFolder { folder in
                try folder.write("no image", to: "in/two\nlines.png")
                try folder.write(
                    try Data(contentsOf: URL(filePath: Samples.defective)),
                    to: "in/a\u{1B}[2J.png"
                )
                let (outcome, report) = try await scan(["in"], in: folder, "--quiet")
                #expect(outcome.status == 3)
                #expect(report.paths == ["a\u{1B}[2J.png", "two\nlines.png"])
                #expect(report.records("flagged").count == 1)
                #expect(outcome.outputLines.count == 2)
                #expect(!outcome.output.contains("\u{1B}"))
                #expect(outcome.output.contains("two\\nlines.png"))
            }
        }

        #if os(Linux)
            @Test func readsAFileWhoseNameIsNotUTF8() async throws {
                try await withTemporaryFolder { folder in
                    try Samples.copyNormal(1, to: "in", of: folder)
                    let name =
                        Array("\(folder.path("in"))/b".utf8) + [0xFF, 0xFE] + Array(".png".utf8)
                    let renamed = name.map { CChar(bitPattern: $0) } + [0]
                    try #require(rename(folder.path("in/000.png"), renamed) == 0)
                    let (outcome, report) = try await scan(["in"], in: folder)
                    #expect(outcome.status == 0)
                    #expect(report.paths == ["b\u{FFFD}\u{FFFD}.png"])
                    #expect(report.records("ok").count == 1)
                    #expect(String(validating: report.lines, as: UTF8.self) != nil)
                }
            }
        #endif

        @Test func printsOnlyNewsWhenQuiet() async throws {
            try await withTemporaryFolder { folder in
                try folder.write("no image", to: "in/corrupt.png")
                let paths = [Samples.test, "in"]
                let (news, report) = try await scan(paths, in: folder, "--quiet")
                #expect(news.error.isEmpty)
                let shown = report.records.compactMap { record in
                    switch record["status"]?.string {
                    case "flagged": "flagged  \(record["path"]?.string ?? "")"
                    case "failed": "failed   \(record["path"]?.string ?? "")"
                    default: nil
                    }
                }
                #expect(shown.count >= 3)
                #expect(news.outputLines.count == shown.count)
                for (line, start) in zip(news.outputLines, shown) {
                    #expect(line.hasPrefix(start + "  "))
                }

                let silent = try await scan([Samples.normal], in: folder, "--quiet")
                #expect(silent.report.records("ok").count == 24)
                #expect(silent.outcome.output.isEmpty)
                #expect(silent.outcome.error.isEmpty)
            }
        }

        @Test func replacesAnOlderReportAndLeavesOtherFilesAlone() async throws {
            try await withTemporaryFolder { folder in
                let first = try await scan(in: folder).report
                #expect(!first.flagged.isEmpty)
                try folder.write("mine", to: "out/notes.txt")
                try folder.write("mine", to: "out/flagged/notes.txt")
                let (_, second) = try await scan([Samples.normal], in: folder)
                #expect(second.records.count == 24)
                #expect(second.flagged.keys.sorted() == ["notes.txt"])
                #expect(try folder.text("out/notes.txt") == "mine")
            }
        }

        /// The walk comes to the report before, between and after the images that it flags.
        @Test(arguments: ["in", "in/0", "in/m", "in/zz"])
        func doesNotScanReports(report path: String) async throws {
            try await withTemporaryFolder { folder in
                let image = try Data(contentsOf: URL(filePath: Samples.defective))
                let names = ["a", "b", "c", "d", "e", "v", "w", "x", "y", "z"].map { "\($0).png" }
                for name in names { try folder.write(image, to: "in/\(name)") }
                let model = try await SmallModel.write(to: folder)
                for _ in 0..<2 {
                    let outcome = try await residua(
                        ["scan", "in", "--model", model, "--report", path],
                        in: folder
                    )
                    #expect(outcome.status == 0)
                    let report = try ReportFiles(path, in: folder)
                    #expect(report.paths == names)
                }
            }
        }
    }
}
