import Foundation
import TestSupport
import Testing

extension ToolTests {
    @Suite struct InterruptionTests {
        @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
        func keepsWhatWasScanned(signal: Int32, status: Int32) async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                // The first one is flagged: its line on standard output tells that the scan is on.
                try folder.write(
                    try Data(contentsOf: URL(filePath: Samples.defective)),
                    to: "in/a.png"
                )
                try Samples.copyNormal(24, to: "in/b", of: folder)
                for turn in 10..<49 {
                    try folder.makeFolder("in/b\(turn)")
                    for image in 0..<24 {
                        let name = String(format: "%03d.png", image)
                        try FileManager.default.linkItem(
                            atPath: folder.path("in/b/\(name)"),
                            toPath: folder.path("in/b\(turn)/\(name)")
                        )
                    }
                }

                func scan(_ report: String) -> [String] {
                    ["scan", "in", "--model", model, "--report", report, "--jobs", "2"]
                }
                let outcome = try await residua(
                    scan("cut"),
                    in: folder,
                    interruption: .init(signal) { $0.output.contains("flagged  ") }
                )
                #expect(outcome.ending == .status(status))
                let cut = try ReportFiles("cut", in: folder)
                #expect(cut.summary?["interrupted"] == .bool(true))
                #expect(cut.summary?["exit_status"]?.number == Double(status))
                #expect(cut.isConsistent)

                #expect(try await residua(scan("whole"), in: folder).status == 0)
                let whole = try ReportFiles("whole", in: folder)
                #expect(whole.records.count == 961)
                #expect((1..<961).contains(cut.records.count))
                #expect(whole.lines.starts(with: cut.lines))
                for (path, bytes) in cut.flagged { #expect(whole.flagged[path] == bytes) }
            }
        }

        @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
        func leavesNoHalfLearnedModel(signal: Int32, status: Int32) async throws {
            try await withTemporaryFolder { folder in
                // The standard model takes seconds: the signal comes in the middle of it.
                let outcome = try await residua(
                    ["train", Samples.normal, "--model", "model"],
                    in: folder,
                    interruption: .init(signal) { $0.error.contains("learning from 24 images") }
                )
                #expect(outcome.ending == .status(status))
                #expect(outcome.output.isEmpty)
                #expect(try folder.contents().isEmpty)
            }
        }

        @Test func writesNoMetricsOfHalfADataset() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await residua(
                    ["evaluate", Samples.dataset, "--report", "out"],
                    in: folder,
                    interruption: .init(SIGINT) { $0.error.contains("learning from 24 images") }
                )
                #expect(outcome.ending == .status(130))
                #expect(!folder.contains("out/metrics.json"))
                #expect(!folder.contains("out/run.json"))
            }
        }
    }
}
