import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// What other programs make of exports.
    @Suite struct ExportTests {
        private static let forms = ["csv", "sarif", "junit", "prometheus"]

        /// Scans images whose names are hard to write down, with all exports.
        private func scan(in folder: TemporaryFolder) async throws -> ToolRun.Outcome {
            let model = try await SmallModel.write(to: folder)
            try Samples.copyNormal(2, to: "in/good", of: folder)
            let defective = try Data(contentsOf: URL(filePath: Samples.defective))
            for name in ["=cmd(),é \"x\".png", "a b/-1#%.png", "a b/l\nb\u{1}<&>\u{1B}[31m.png"] {
                try folder.write(defective, to: "in/\(name)")
            }
            try folder.write(Samples.halfAnImage(), to: "in/@half.png")
            return try await residua(
                ["scan", "in", "--model", model, "--report", "out", "--metrics-file", "cloth.prom"]
                    + Self.forms.flatMap { ["--export", $0] },
                in: folder
            )
        }

        @Test func othersReadWhatARunExports() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await scan(in: folder)
                #expect(outcome.status == 3, "\(outcome.error)")
                let report = folder.path("out")
                for (script, file, found) in [
                    ("table.py", "images.csv", "6"), ("sarif_log.py", "residua.sarif", "4"),
                    ("junit.py", "residua.junit.xml", "6"),
                ] {
                    guard
                        let read = try await Readers.run(script, [report, "\(report)/\(file)"])
                    else { return }
                    #expect(read.status == 0, "\(script): \(read.error)")
                    #expect(read.output == found + "\n", "\(script)")
                }
                for file in ["out/residua.prom", "cloth.prom"] {
                    let read = try await Readers.run("metrics.py", [folder.path(file), report])
                    #expect(read?.status == 0, "\(file): \(read?.error ?? "")")
                }
                try await Self.checkWithPromtool(folder.bytes("cloth.prom"))
            }
        }

        /// Prometheus' own checker, where it is installed.
        private static func checkWithPromtool(_ metrics: [UInt8]) async throws {
            guard let program = Programs.path("promtool") else { return }
            let checked = try await ToolRun(["check", "metrics"], input: metrics, program: program)
                .run()
            #expect(checked.status == 0, "\(checked.error)\(checked.output)")
            #expect(checked.error.isEmpty)
        }

        @Test func theCommandWritesTheSameAsTheRun() async throws {
            try await withTemporaryFolder { folder in
                _ = try await scan(in: folder)
                let files = ["images.csv", "residua.sarif", "residua.junit.xml", "residua.prom"]
                for (form, file) in zip(Self.forms, files) {
                    let shown = try await residua(["export", "out", "--format", form], in: folder)
                    #expect(shown.status == 0)
                    #expect(shown.outputBytes == (try folder.bytes("out/\(file)")))
                    let arguments = ["export", "out", "--format", form, "--out", file]
                    #expect(try await residua(arguments, in: folder).status == 0)
                    #expect(try folder.bytes(file) == folder.bytes("out/\(file)"))
                }
            }
        }

        @Test(arguments: [
            (["export", "in", "--format", "csv"], 2), (["export", "no", "--format", "csv"], 2),
            (["export", "in", "--format", "xls"], 64), (["export", "in"], 64),
        ])
        func refusesWhatIsNoReport(arguments: [String], status: Int) async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(1, to: "in", of: folder)
                let outcome = try await residua(arguments, in: folder)
                #expect(outcome.status == Int32(status))
                #expect(outcome.output.isEmpty)
                #expect(!outcome.error.isEmpty)
            }
        }

        @Test func tellsPrometheusOfRunsThatFail() async throws {
            try await withTemporaryFolder { folder in
                _ = try await scan(in: folder)
                let before = try folder.text("cloth.prom").split(separator: "\n")
                let outcome = try await residua(
                    [
                        "scan", "nowhere", "--model", "parts.residua", "--report", "out",
                        "--metrics-file", "cloth.prom",
                    ],
                    in: folder
                )
                #expect(outcome.status == 2)
                let after = try folder.text("cloth.prom").split(separator: "\n")
                let success = "residua_last_success_timestamp_seconds{"
                let kept = after.first { $0.hasPrefix(success) }
                #expect(kept != nil)
                #expect(kept == before.first { $0.hasPrefix(success) })
                #expect(after.contains("residua_exit_status{name=\"cloth\"} 2"))
            }
        }

        @Test func refusesAMetricsFileThatCannotBeWrittenBeforeTheWork() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let outcome = try await residua(
                    [
                        "scan", Samples.test, "--model", model, "--report", "out",
                        "--metrics-file", "nowhere/x.prom",
                    ],
                    in: folder
                )
                #expect(outcome.status == 2)
                #expect(outcome.error.contains("nowhere/x.prom"))
                #expect(!folder.contains("out"))
            }
        }

        @Test func aPipelineFileNamesExportsAndMetrics() async throws {
            try await withTemporaryFolder { folder in
                _ = try await SmallModel.write(to: folder)
                try Samples.copyNormal(2, to: "in", of: folder)
                try folder.write(
                    """
                    version: 1
                    model: parts.residua
                    ingest: {roots: [in]}
                    report: {folder: out, exports: [csv, junit], metrics-file: parts.prom}
                    """,
                    to: "night.yaml"
                )
                let outcome = try await residua(["run", "night.yaml"], in: folder)
                #expect(outcome.status == 0, "\(outcome.error)")
                #expect(folder.contains("out/images.csv"))
                #expect(folder.contains("out/residua.junit.xml"))
                #expect(!folder.contains("out/residua.sarif"))
                #expect(
                    try folder.text("parts.prom").contains("residua_exit_status{name=\"parts\"} 0")
                )
            }
        }
    }
}

/// Programs of the system that tests use where they are installed.
enum Programs {
    static func path(_ name: String) -> String? {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        return folders.map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
