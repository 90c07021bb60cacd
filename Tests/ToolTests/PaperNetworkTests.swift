import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// The network of the paper, from its declaration to its metrics.
    @Suite struct PaperNetworkTests {
        @Test func isTrainedAndEvaluatedFromItsDeclaration() async throws {
            try await withTemporaryFolder { folder in
                let declaration = Repository.path("pipelines/paper-network.json")
                let trained = try await residua(
                    ["train", Samples.normal, "--model", "m", "--configuration", declaration],
                    in: folder
                )
                #expect(trained.status == 0, "\(trained.error)")
                let evaluated = try await residua(
                    ["evaluate", Samples.dataset, "--model", "m", "--report", "out"],
                    in: folder
                )
                #expect(evaluated.status == 0, "\(evaluated.error)")
                let metrics = try JSONValue(parsing: folder.bytes("out/metrics.json"))
                // Measured: 0.875 and 0.976.
                #expect(metrics["image"]?["auroc"]?.number ?? 0 > 0.75)
                #expect(metrics["pixel"]?["auroc"]?.number ?? 0 > 0.9)

                let report = try ReportFiles("out", in: folder)
                let maps = try #require(report.records.first?["maps"])
                for name in ["layer1/energy", "layer2/energy", "layer3/energy", "layer3/position"] {
                    #expect(maps["paper/\(name)"]?.number?.isFinite == true, "\(name)")
                }
            }
        }
    }
}
