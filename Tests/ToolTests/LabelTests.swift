import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// `residua label`, and `train --use-labels`.
    @Suite struct LabelTests {
        static let ledger = "state/ledger.db"

        /// Scans a few images, two of them defective, with a ledger.
        static func scan(in folder: TemporaryFolder) async throws -> ReportFiles {
            _ = try await SmallModel.write(to: folder)
            try Samples.copyNormal(3, to: "in", of: folder)
            let defective = [("defective", "missing-hole/000"), ("other", "missing-hole/001")]
            for (name, source) in defective {
                let bytes = try Data(contentsOf: URL(filePath: "\(Samples.test)/\(source).png"))
                try folder.write(bytes, to: "in/\(name).png")
            }
            return try await scanAgain(in: folder)
        }

        @discardableResult
        static func scanAgain(
            _ model: String = "parts.residua",
            in folder: TemporaryFolder
        ) async throws -> ReportFiles {
            let outcome = try await residua(
                ["scan", "in", "--model", model, "--report", "report", "--ledger", ledger],
                in: folder
            )
            #expect(outcome.status == 0, "\(outcome.error)")
            return try ReportFiles("report", in: folder)
        }

        static func label(
            _ arguments: String...,
            in folder: TemporaryFolder
        ) async throws -> ToolRun.Outcome {
            try await residua(["label"] + arguments + ["--ledger", ledger], in: folder)
        }

        static func card(_ model: String, in folder: TemporaryFolder) async throws -> JSONValue {
            let outcome = try await residua(
                ["inspect", model, "--format", "json"],
                in: folder
            )
            return try JSONValue(parsing: Array(outcome.output.utf8))
        }

        @Test func labelsByFolderPathOrDigits() async throws {
            try await withTemporaryFolder { folder in
                let report = try await Self.scan(in: folder)
                let record = try #require(report.record("defective.png"))
                let id = try #require(record["id"]?.string)
                let digits = try #require(record["sha256"]?.string)
                for name in [id, "report/flagged/\(id)", "in/defective.png", "defective.png"] {
                    let outcome = try await Self.label(name, "confirmed", in: folder)
                    #expect(outcome.status == 0, "\(name): \(outcome.error)")
                    #expect(outcome.output.contains("confirmed    \(digits.prefix(12))  \(id)"))
                    #expect(
                        outcome.output.contains(
                            "labelled so far: 1 confirmed, 0 false alarms (precision 1.00)"
                        )
                    )
                    let start = String(digits.prefix(8))
                    let clearing = try await Self.label("--clear", start, in: folder)
                    #expect(clearing.output == "1 labels were taken away\n")
                }
                let both = try await Self.label(id, "other.png", "false-alarm", in: folder)
                #expect(both.status == 0)
                #expect(both.output.contains("0 confirmed, 2 false alarms (precision 0.00)"))
                // The last word counts.
                _ = try await Self.label(
                    "other.png",
                    "confirmed",
                    "--note",
                    "a\n\u{1B}[2Jhole",
                    in: folder
                )
                let list = try await Self.label("--list", in: folder)
                #expect(list.outputLines.count == 3)
                #expect(list.output.contains("(a\\n\\u{1B}[2Jhole)"))
                let json = try await Self.label("--list", "--format", "json", in: folder)
                let labels = try JSONValue(parsing: Array(json.output.utf8))["labels"]?.list
                #expect(labels?.map { $0["label"]?.string } == ["false-alarm", "confirmed"])
                #expect(labels?.first?["id"]?.string == id)
                #expect(labels?.last?["note"]?.string == "a\n\u{1B}[2Jhole")
            }
        }

        @Test("what can't be labelled is told with the next step, and nothing is labelled then")
        func refuses() async throws {
            try await withTemporaryFolder { folder in
                _ = try await Self.scan(in: folder)
                try folder.write("no image", to: "in/broken.png")
                let scan = try await residua(
                    [
                        "scan", "in", "--model", "parts.residua", "--report", "report", "--ledger",
                        Self.ledger,
                    ],
                    in: folder
                )
                #expect(scan.status == 3)
                let cases: [([String], Int32, String)] = [
                    (["other.png", "nowhere.png", "confirmed"], 2, "knows no image nowhere.png"),
                    (["defectiv.png", "confirmed"], 2, "nearest:\n  "),
                    (["a\nb\u{1B}\"'", "confirmed"], 2, "knows no image a\\nb\\u{1B}\"'; see: "),
                    (["000.png", "false-alarm"], 2, "was not flagged: it is no false alarm"),
                    (["broken.png", "confirmed"], 2, "could not be scored"),
                    (["defective.png", "good"], 64, "must be false-alarm or confirmed"),
                    (["confirmed"], 64, "name an image"), ([], 64, "the last word"),
                    (["--clear"], 64, "--clear needs the images"),
                    (["--list", "x"], 64, "--list takes no images"),
                ]
                for (arguments, status, message) in cases {
                    let outcome = try await residua(
                        ["label"] + arguments + ["--ledger", Self.ledger],
                        in: folder
                    )
                    #expect(outcome.status == status, "\(arguments): \(outcome.error)")
                    #expect(outcome.error.contains(message), "\(arguments): \(outcome.error)")
                    #expect(!outcome.error.contains("\u{1B}"))
                }
                let list = try await Self.label("--list", in: folder)
                #expect(list.output.hasPrefix("no labels yet"))
                let none = try await residua(["label", "a", "confirmed"], in: folder)
                #expect(none.status == 64)
                let missing = try await residua(
                    ["label", "a", "confirmed", "--ledger", "no.db"],
                    in: folder
                )
                #expect(missing.status == 2 && missing.error.contains("there is no ledger"))
                #expect(!folder.contains("no.db"))
            }
        }

        @Test("a moved file keeps its label, a changed one loses it, pruning drops none")
        func goesByContent() async throws {
            try await withTemporaryFolder { folder in
                _ = try await Self.scan(in: folder)
                _ = try await Self.label("defective.png", "confirmed", in: folder)
                let path = folder.path("in/defective.png")
                try FileManager.default.createDirectory(
                    atPath: folder.path("in/archive"),
                    withIntermediateDirectories: true
                )
                try FileManager.default.moveItem(
                    atPath: path,
                    toPath: folder.path("in/archive/x.png")
                )
                let prune = try await residua(["ledger", "prune", Self.ledger], in: folder)
                #expect(prune.status == 0)
                let report = try await Self.scanAgain(in: folder)
                #expect(report.summary?["labels"]?["confirmed"]?.number == 1)
                let explained = try await residua(
                    ["ledger", "explain", Self.ledger, "archive/x.png"],
                    in: folder
                )
                #expect(explained.output.contains("label      confirmed"))
                let list = try await residua(
                    ["ledger", "list", Self.ledger, "--status", "flagged"],
                    in: folder
                )
                #expect(list.output.contains("archive/x.png  [confirmed]\n"))
                #expect(list.output.contains("other.png\n"))
            }
        }

        @Test("records and flagged folders don't depend on labels; run.json and the last lines do")
        func reportsTellThePrecision() async throws {
            try await withTemporaryFolder { folder in
                let before = try await Self.scan(in: folder)
                #expect(before.summary?["labels"] == nil)
                #expect(before.summary?["history"]?.list?.count == 1)
                _ = try await Self.label("defective.png", "confirmed", in: folder)
                _ = try await Self.label("other.png", "false-alarm", in: folder)
                let outcome = try await residua(
                    [
                        "scan", "in", "--model", "parts.residua", "--report", "report", "--ledger",
                        Self.ledger,
                    ],
                    in: folder
                )
                #expect(
                    outcome.output.contains(
                        "labelled so far: 1 confirmed, 1 false alarm (precision 0.50)\n"
                    )
                )
                let after = try ReportFiles("report", in: folder)
                #expect(after.lines == before.lines)
                #expect(after.flagged == before.flagged)
                #expect(after.summary?["labels"]?["precision"]?.number == 0.5)
                #expect(after.summary?["labels"]?["false_alarms"]?.number == 1)
            }
        }

        @Test func labelsWhileAScanHoldsTheLock() async throws {
            try await withTemporaryFolder { folder in
                _ = try await Self.scan(in: folder)
                // What a scan holds, for as long as the label takes.
                let holder = ToolRun(
                    [
                        "-c",
                        "import fcntl, sys, time; f = open(sys.argv[1], 'r+'); "
                            + "fcntl.flock(f, fcntl.LOCK_EX); fcntl.lockf(f, fcntl.LOCK_EX); "
                            + "open(sys.argv[2], 'w'); time.sleep(3)",
                        folder.path("\(Self.ledger).lock"), folder.path("held"),
                    ],
                    program: "/usr/bin/python3"
                )
                async let held = holder.run()
                while !folder.contains("held") { try await Task.sleep(for: .milliseconds(20)) }
                let scan = try await residua(
                    [
                        "scan", "in", "--model", "parts.residua", "--report", "r2", "--ledger",
                        Self.ledger,
                    ],
                    in: folder
                )
                #expect(scan.status == 75)
                let outcome = try await Self.label("defective.png", "confirmed", in: folder)
                #expect(outcome.status == 0, "\(outcome.error)")
                _ = try await held
            }
        }

        @Test func takesTheLedgerOfAPipelineFile() async throws {
            try await withTemporaryFolder { folder in
                try await RunTests.declare(in: folder)
                _ = try await RunTests.run("p.yaml", in: folder)
                let outcome = try await residua(
                    ["label", "defective.png", "confirmed", "--pipeline", "p.yaml"],
                    in: folder
                )
                #expect(outcome.status == 0, "\(outcome.error)")
                #expect(outcome.output.contains("1 confirmed"))
            }
        }
    }
}
