import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// The measurement behind `pipelines/bench.sh`, of the kernels alone.
    @Suite struct BenchTests {
        private struct Line: Decodable {
            let name: String
            let unit: String
            let median: Double
            let best: Double
            let repetitions: Int
            let key: String?
        }

        @Test func printsAndWritesLinesOfJSON() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await ToolRun(
                    ["--section", "kernels", "--quick", "--json", "--out", "lines.jsonl"],
                    in: folder,
                    program: try BuiltTool.path("residua-bench")
                ).run()
                #expect(outcome.status == 0, "\(outcome.error)")
                let text = String(decoding: try folder.bytes("lines.jsonl"), as: UTF8.self)
                #expect(text == outcome.output)
                let lines = try outcome.outputLines.map {
                    try JSONDecoder().decode(Line.self, from: Data($0.utf8))
                }
                for line in lines {
                    #expect(line.median > 0 && line.best > 0 && line.repetitions > 0)
                }
                let kernels = lines.filter { $0.name.hasPrefix("kernels, ") }
                // Both layers' convolutions and the second one's atoms, rectifying and pooling of both layers.
                let ofPeak = kernels.filter { $0.unit == "%" }
                for name in [
                    "convolution 128 x 128 x 12 by 4 x 4 -> 64",
                    "convolution 64 x 64 x 128 by 3 x 3 -> 128", "atoms 64 x 128 -> 256",
                ] {
                    #expect(ofPeak.contains { $0.name.contains(name) }, "\(name)")
                }
                let rectifying = kernels.filter { $0.name.contains("rectify") }
                #expect(rectifying.count { $0.name.contains("pool") && $0.unit == "GB/s" } == 2)
                let keys = lines.compactMap(\.key)
                #expect(
                    keys.sorted() == [
                        "convolution_int16_of_float_peak_percent", "convolution_of_peak_percent",
                        "peak_gflops", "products_int16_of_float_peak_percent",
                        "products_of_peak_percent",
                    ]
                )
            }
        }

        @Test(arguments: [["--section", "none"], ["--repetitions", "1"], ["folder"]])
        func refusesWrongArguments(arguments: [String]) async throws {
            let outcome = try await ToolRun(
                arguments,
                program: try BuiltTool.path("residua-bench")
            ).run()
            #expect(outcome.status == 2)
            #expect(outcome.error.contains("usage: residua-bench"))
        }
    }
}
