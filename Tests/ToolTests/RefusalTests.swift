import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// What the program refuses, with which status and reason.
    @Suite struct RefusalTests {
        @Test(arguments: [
            (["scan", "empty", "--model", "parts.residua", "--report", "out"], "empty"),
            (["scan", "texts", "--model", "parts.residua", "--report", "out"], "texts"),
            (["scan", "nowhere", "--model", "parts.residua", "--report", "out"], "nowhere"),
            (["scan", "in", "nowhere", "--model", "parts.residua", "--report", "out"], "nowhere"),
            (["scan", "in", "--model", "parts.residua", "--report", "a-file"], "a-file"),
            (["scan", "in", "--model", "parts.residua", "--report", "a-file/out"], "a-file"),
            (
                ["scan", "in", "--model", "parts.residua", "--report", "foreign"],
                "foreign/run.json"
            ),
            (["scan", "in", "--model", "nowhere.residua", "--report", "out"], "nowhere.residua"),
            (["scan", "in", "--model", "in", "--report", "out"], "in"),
            (["evaluate", "in", "--model", "parts.residua", "--report", "out"], "test is missing"),
            (["evaluate", "half", "--report", "out"], "train/good is missing"),
            (["evaluate", "nowhere", "--report", "out"], "nowhere"),
            (["inspect", "nowhere.residua"], "nowhere.residua"),
            (["inspect", "in/000.png"], "in/000.png"),
            (["explain", "nowhere", "--model", "parts.residua", "--out", "out"], "nowhere"),
            (["explain", "empty", "--model", "parts.residua", "--out", "out"], "empty"),
            (["explain", "in", "--model", "parts.residua", "--out", "in/out"], "in/out"),
            (["explain", "in", "--model", "parts.residua", "--out", "a-file"], "a-file"),
            (["explain", "in", "--model", "parts.residua", "--out", "a-file/out"], "a-file"),
            (["explain", "in", "--model", "nowhere.residua", "--out", "out"], "nowhere.residua"),
            (["inspect", "parts.residua", "-q", "--out", "a-file"], "a-file"),
            (["inspect", "parts.residua", "--out", "out", "--images", "nowhere"], "nowhere"),
            (["inspect", "parts.residua", "--out", "out", "--images", "empty"], "empty"),
            (["samples", "a-file/samples"], "a-file/samples"),
            (["samples", "--defects-on", "nowhere", "out"], "nowhere"),
            (["samples", "--defects-on", "empty", "out"], "empty"),
            (["samples", "--defects-on", "in", "in/out"], "in/out"),
            (["samples", "--defects-on", "in", "a-file/out"], "a-file/out"),
        ])
        func endsWithOneLineThatNamesThePath(arguments: [String], named: String) async throws {
            try await withTemporaryFolder { folder in
                _ = try await SmallModel.write(to: folder)
                try Samples.copyNormal(1, to: "in", of: folder)
                try Samples.copyNormal(1, to: "half/test/good", of: folder)
                try folder.makeFolder("empty")
                try folder.write("no image", to: "texts/a.txt")
                try folder.write("mine", to: "a-file")
                try folder.write("mine", to: "foreign/run.json")
                let before = try folder.contents()
                let outcome = try await residua(arguments, in: folder)
                #expect(outcome.status == 2)
                #expect(outcome.errorLines.count == 1)
                #expect(outcome.error.hasPrefix("residua: "))
                #expect(outcome.error.contains(named))
                #expect(outcome.output.isEmpty)
                #expect(try folder.contents() == before)
            }
        }

        @Test(arguments: [
            ("no model", "not a Residua model"), ("empty", "not a Residua model"),
            ("short", "cut short"), ("flipped", "is damaged"), ("newer", "has format version 4"),
            ("older", "has format version 1"),
        ])
        func refusesADamagedModel(damage: String, reason: String) async throws {
            var bytes = try await SmallModel.bytes
            switch damage {
            case "no model": bytes = Array(SmallModel.configuration.utf8)
            case "empty": bytes = []
            case "short": bytes.removeLast(100)
            case "flipped": bytes[bytes.count - 100] ^= 1
            default:
                let version = Array(#""residua_format_version":""#.utf8)
                let place = try #require(bytes.firstRange(of: version)).upperBound
                bytes[place] = UInt8(ascii: damage == "newer" ? "4" : "1")
            }
            try await withTemporaryFolder { folder in
                let model = try folder.write(bytes, to: "parts.residua")
                for arguments in [
                    ["scan", Samples.test, "--model", model, "--report", "out"],
                    ["evaluate", Samples.dataset, "--model", model, "--report", "out"],
                    ["inspect", model],
                ] {
                    let outcome = try await residua(arguments, in: folder)
                    #expect(outcome.status == 2)
                    #expect(outcome.errorLines.count == 1)
                    #expect(outcome.error.contains(reason))
                    #expect(outcome.error.contains(model))
                    #expect(outcome.output.isEmpty)
                }
                #expect(try folder.contents() == ["parts.residua"])
            }
        }

        @Test(arguments: [
            ["frobnicate"], ["scan"], ["scan", "in", "--report", "out"],
            ["scan", "in", "--model", "m"], ["train", "in"], ["train", "--model", "m"],
            ["inspect"], ["evaluate", "in"], ["samples"],
            ["train", "in", "--model", "m", "--sparkle"],
            ["train", "in", "--model", "m", "--seed", "-1"],
            ["train", "in", "--model", "m", "--seed", "one"],
            ["train", "in", "--model", "m", "--jobs", "0"],
            ["train", "in", "--model", "m", "--jobs", "1025"],
            ["train", "in", "--model", "m", "--false-alarm-rate", "2"],
            ["train", "in", "--model", "m", "--false-alarm-rate", "0"],
            ["train", "in", "--model", "m", "--false-alarm-rate", "nan"],
            ["train", "in", "--model", "m", "--kernels", "abacus"],
            ["train", "in", "--model", "m", "--log-format", "xml"],
            ["train", "in", "--model", "m", "--maximum-bytes", "0"],
            ["scan", "in", "--model", "m", "--report", "out", "--false-alarm-rate", "1"],
            ["scan", "in", "--model", "m", "--report", "out", "--on-damage", "shrug"],
            ["evaluate", "in", "--report", "out", "--false-alarm-rate", "-1"],
            ["inspect", "m", "--format", "yaml"],
            ["samples", "out", "--count", "3"], ["samples", "out", "--kind", "blob"],
            ["samples", "out", "--defects-on", "in", "--kind", "dragon"],
            ["samples", "out", "--defects-on", "in", "--count", "0"],
        ])
        func tellsWrongUsage(arguments: [String]) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await residua(arguments, in: folder)
                #expect(outcome.status == 64)
                #expect(outcome.error.contains("Usage: residua"))
                #expect(outcome.output.isEmpty)
                #expect(try folder.contents().isEmpty)
            }
        }

        @Test func waitsForNobodyWhoHoldsTheReportFolder() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let scan = ["scan", Samples.test, "--model", model, "--report", "out"]
                #expect(try await residua(scan, in: folder).status == 0)
                let before = try ReportFiles("out", in: folder)

                let descriptor = open(folder.path("out/.residua-report"), O_WRONLY)
                try #require(descriptor >= 0)
                try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
                let busy = try await residua(scan, in: folder)
                #expect(busy.status == 75)
                #expect(busy.errorLines.count == 1)
                #expect(busy.error.contains("another run is writing to out"))
                #expect(try ReportFiles("out", in: folder).lines == before.lines)
                #expect(try ReportFiles("out", in: folder).summary == before.summary)

                close(descriptor)
                #expect(try await residua(scan, in: folder).status == 0)
            }
        }

        @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
        func refusesAFolderThatMayNotBeWritten() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let closed = try folder.makeFolder("closed")
                try #require(chmod(closed, 0o500) == 0)
                for arguments in [
                    ["scan", Samples.test, "--model", model, "--report", "closed/out"],
                    ["scan", Samples.test, "--model", model, "--report", "closed"],
                    ["train", Samples.normal, "--model", "closed/model"],
                ] {
                    let outcome = try await residua(arguments, in: folder)
                    #expect(outcome.status == 2)
                    #expect(outcome.errorLines.count == 1)
                    #expect(outcome.error.contains("closed"))
                }
            }
        }

        @Test func keepsWholeRecordsWhenTheDiskIsFull() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let out = folder.path("out")
                let scan = ["scan", Samples.normal, "--model", model, "--report", out]
                #expect(try await residua(scan).status == 0)
                let whole = try ReportFiles("out", in: folder).lines

                let outcome = try await residua(scan, fileBlocks: 4)
                #expect(outcome.status == 2)
                #expect(outcome.errorLines.last?.hasPrefix("residua: report: can't write ") == true)
                let cut = try ReportFiles("out", in: folder)
                #expect(!cut.records.isEmpty)
                #expect(cut.lines.count < whole.count)
                #expect(cut.lines.last == UInt8(ascii: "\n"))
                #expect(whole.starts(with: cut.lines))
                #expect(cut.summary == nil)
            }
        }
    }
}
