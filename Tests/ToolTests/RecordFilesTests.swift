import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// Records of workers that become a report.
    @Suite struct RecordFilesTests {
        /// Scans a folder and returns the report with its lines as a worker writes them: flagged ones with their pictures.
        private func scan(
            in folder: TemporaryFolder,
            withPictures: Bool = true
        ) async throws -> (report: ReportFiles, lines: [String]) {
            _ = try await SmallModel.write(to: folder)
            try Samples.copyNormal(6, to: "in/a", of: folder)
            try Samples.copyNormal(2, to: "in/a-b", of: folder)
            try Samples.copyNormal(1, to: "in", of: folder)
            let defective = try Data(contentsOf: URL(filePath: Samples.defective))
            for path in ["in/a/x.png", "in/z/x.png", "in/日本.png"] {
                try folder.write(defective, to: path)
            }
            try folder.write(Samples.halfAnImage(), to: "in/a/half.png")
            let outcome = try await residua(
                [
                    "scan", "in", "--model", "parts.residua", "--report", "whole",
                    "--pictures", withPictures ? "essential" : "none",
                ],
                in: folder
            )
            #expect(outcome.status == 3)
            let report = try ReportFiles("whole", in: folder)
            #expect(report.records("flagged").count >= 3)
            let lines = report.lines.split(separator: UInt8(ascii: "\n"))
                .map { String(decoding: $0, as: UTF8.self) }
            return (
                report,
                zip(lines, report.records).map { line, record in
                    guard withPictures, let id = record["id"]?.string else { return line }
                    let pictures = report.flagged.filter {
                        $0.key.hasPrefix("\(id)/") && !$0.key.hasSuffix("/report.json")
                    }.map { path, bytes in
                        "\"\(path.dropFirst(id.count + 1))\":\"\(Data(bytes).base64EncodedString())\""
                    }
                    #expect(!pictures.isEmpty)
                    return "\(line.dropLast()),\"pictures\":{\(pictures.joined(separator: ","))}}"
                }
            )
        }

        private func merge(
            _ files: [String],
            in folder: TemporaryFolder,
            _ options: String...
        ) async throws -> ToolRun.Outcome {
            try await residua(
                ["merge"] + files + ["--model", "parts.residua", "--report", "all"] + options,
                in: folder
            )
        }

        /// Deals lines out to files; each stays sorted.
        private func write(_ lines: [String], files: Int, in folder: TemporaryFolder) throws
            -> [String]
        {
            try (0..<files).map { file in
                let own = lines.indices.filter { $0 % files == file }.map { lines[$0] + "\n" }
                return try folder.write(own.joined(), to: "part-\(file).jsonl")
            }
        }

        @Test(arguments: [(1, true), (3, true), (40, true), (2, false)] as [(Int, Bool)])
        func makeTheReportOfAScan(files: Int, withPictures: Bool) async throws {
            try await withTemporaryFolder { folder in
                let (one, lines) = try await scan(in: folder, withPictures: withPictures)
                let names = try write(lines, files: files, in: folder)
                let outcome = try await merge(names.reversed(), in: folder, "--root", "in")
                #expect(outcome.status == 3, "\(outcome.error)")
                let all = try ReportFiles("all", in: folder)
                #expect(all.lines == one.lines)
                #expect(all.flagged == one.flagged)
                for key in [
                    "model", "model_card", "roots", "counts", "threshold", "scores", "histogram",
                    "false_alarm_rate", "calibration", "legend", "failures", "drift", "exit_status",
                ] {
                    #expect(all.summary?[key] == one.summary?[key], "\(key)")
                }
            }
        }

        @Test func takesPicturesFromAFolder() async throws {
            try await withTemporaryFolder { folder in
                let (one, lines) = try await scan(in: folder)
                for (path, bytes) in one.flagged where !path.hasSuffix("/report.json") {
                    try folder.write(bytes, to: "pictures/\(path)")
                }
                let bare = lines.map { $0.replacing(/,"pictures":\{.*\}\}$/, with: "}") }
                #expect(bare != lines)
                let names = try write(bare, files: 2, in: folder)
                let outcome = try await merge(names, in: folder, "--pictures-folder", "pictures")
                #expect(outcome.status == 3, "\(outcome.error)")
                let all = try ReportFiles("all", in: folder)
                #expect(all.lines == one.lines)
                #expect(all.flagged == one.flagged)
                let lost = try await merge(names, in: folder, "--pictures-folder", "in")
                #expect(lost.status == 2)
                #expect(lost.error.contains("o such file"), "\(lost.error)")
            }
        }

        /// An engine that reads JSON and writes it again may order and space members in another way.
        @Test func writesRecordsAnew() async throws {
            try await withTemporaryFolder { folder in
                let (one, lines) = try await scan(in: folder)
                let other = try lines.map { line in
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                    let members = try #require(object as? [String: Any])
                    let written = try members.keys.sorted(by: >).map { key in
                        // Numbers keep their digits only as they stand.
                        guard key == "path" || key == "status" else { return "" }
                        let value = try JSONSerialization.data(
                            withJSONObject: members[key] ?? "",
                            options: .fragmentsAllowed
                        )
                        return "\"\(key)\" : \(String(decoding: value, as: UTF8.self)), "
                    }
                    let rest = line.replacing(/"(path|status)":"[^"]*",/, with: "")
                    return "{ \(written.joined())\(rest.dropFirst())"
                }
                #expect(other != lines)
                let outcome = try await merge(try write(other, files: 2, in: folder), in: folder)
                #expect(outcome.status == 3, "\(outcome.error)")
                let all = try ReportFiles("all", in: folder)
                #expect(all.lines == one.lines)
                #expect(all.flagged == one.flagged)
            }
        }

        @Test(
            arguments: [
                ("twice", "both have a record of"), ("order", "is not in the order"),
                ("other model", "is of another model"), ("no record", "is no record"),
                ("torn", "its last line has no end"), ("no base64", "pictures that are no base64"),
                ("no picture", "no picture is ../x.png"),
                ("lost pictures", "lacks pictures that its links name"),
                ("other rate", "pass the --false-alarm-rate"),
            ]
        )
        func refusesWhatNoWorkerWrites(what: String, reason: String) async throws {
            try await withTemporaryFolder { folder in
                var (_, lines) = try await scan(in: folder)
                let flagged = try #require(lines.firstIndex { $0.contains("\"pictures\":{") })
                switch what {
                case "twice": lines.insert(lines[1], at: 1)
                case "order": lines.swapAt(2, 4)
                case "other model":
                    lines[0].replace(/"model_sha256":"[^"]*"/, with: "\"model_sha256\":\"ab\"")
                case "no record": lines[0] = "{}"
                case "no base64":
                    lines[flagged].replace(/"heatmap.png":"/, with: #""heatmap.png":"*"#)
                case "no picture":
                    lines[flagged].replace(/"heatmap.png":"/, with: #""../x.png":""#)
                case "lost pictures":
                    lines[flagged].replace(/,"pictures":\{.*\}\}$/, with: "}")
                default: break
                }
                let names = try write(lines, files: 2, in: folder)
                if what == "torn" {
                    try folder.write(
                        folder.bytes("part-1.jsonl") + Array("{".utf8),
                        to: "part-1.jsonl"
                    )
                }
                let rate = what == "other rate" ? ["--false-alarm-rate", "0.4"] : []
                let outcome = try await residua(
                    ["merge"] + names + ["--model", "parts.residua", "--report", "all"] + rate,
                    in: folder
                )
                #expect(outcome.status == 2)
                #expect(outcome.errorLines.count == 1)
                #expect(outcome.error.contains(reason), "\(outcome.error)")
                #expect(!folder.contains("all/run.json"))
            }
        }

        @Test func neverEmptiesTheReportThatItReads() async throws {
            try await withTemporaryFolder { folder in
                let (one, _) = try await scan(in: folder)
                let outcome = try await residua(
                    [
                        "merge", "whole/images.jsonl", "--model", "parts.residua", "--report",
                        "whole",
                    ],
                    in: folder
                )
                #expect(outcome.status == 2)
                #expect(outcome.error.contains("is both to be read and to be written"))
                #expect(try ReportFiles("whole", in: folder).lines == one.lines)
            }
        }

        @Test func aFileWithoutRecordsIsFine() async throws {
            try await withTemporaryFolder { folder in
                _ = try await SmallModel.write(to: folder)
                try folder.write("", to: "empty.jsonl")
                let outcome = try await merge(["empty.jsonl"], in: folder)
                #expect(outcome.status == 0, "\(outcome.error)")
                #expect(try ReportFiles("all", in: folder).records.isEmpty)
            }
        }
    }
}
