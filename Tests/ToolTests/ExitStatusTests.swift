import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// Which status a run ends with where several apply: 130 and 143 before 2, 3, 1 and 0.
    @Suite struct ExitStatusTests {
        /// Flagged, failed and many good inputs; the failed one comes first, the flagged one second.
        private static func write(to folder: TemporaryFolder, good: Int) throws {
            try folder.write("no image", to: "in/0.png")
            try folder.write(Data(contentsOf: URL(filePath: Samples.defective)), to: "in/1.png")
            try Samples.copyNormal(24, to: "normals", of: folder)
            for number in 0..<good {
                try FileManager.default.linkItem(
                    atPath: folder.path(String(format: "normals/%03d.png", number % 24)),
                    toPath: folder.path("in/good-\(number).png")
                )
            }
        }

        private static func scan(_ model: String, _ folder: TemporaryFolder) -> [String] {
            [
                "scan", folder.path("in"), "--model", model, "--report", folder.path("out"),
                "--jobs", "1", "--fail-on-flagged",
            ]
        }

        @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
        func aSignalCountsMoreThanInputs(signal: Int32, status: Int32) async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                try Self.write(to: folder, good: 900)
                let outcome = try await residua(
                    Self.scan(model, folder),
                    interruption: .init(signal) { $0.output.contains("flagged  ") }
                )
                #expect(outcome.ending == .status(status))
                let report = try ReportFiles("out", in: folder)
                #expect(report.records.count < 902)
                #expect(report.summary?["counts"]?["failed"]?.number == 1)
                #expect(report.summary?["counts"]?["flagged"]?.number ?? 0 >= 1)
                #expect(report.summary?["exit_status"]?.number == Double(status))
            }
        }

        @Test(
            .enabled("needs Linux and a C compiler") { SystemCalls.areSeen },
            arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)]
        )
        func aSignalCountsMoreThanAnError(signal: Int32, status: Int32) async throws {
            try await withTemporaryFolder { folder in
                let system = try await SystemCalls(in: folder)
                let model = try await SmallModel.write(to: folder)
                try Self.write(to: folder, good: 900)
                let (outcome, _) = try await system.run(
                    Self.scan(model, folder),
                    failing: "/out/images.jsonl",
                    interruption: .init(signal) { $0.output.contains("flagged  ") }
                )
                #expect(outcome.error.contains("residua: report: can't sync "))
                #expect(outcome.ending == .status(status))
                #expect(!folder.contains("out/run.json"))
            }
        }

        @Test func anErrorCountsMoreThanInputs() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                try Self.write(to: folder, good: 40)
                let whole = try await residua(Self.scan(model, folder))
                #expect(whole.status == 3)
                let outcome = try await residua(Self.scan(model, folder), fileBlocks: 6)
                #expect(outcome.status == 2, "\(outcome.error)")
            }
        }
    }
}
