import Foundation
import Tensors
import TestSupport
import Testing

extension ToolTests {
    /// One model learned by several calls of the program.
    @Suite struct TrainShardsTests {
        private func learn(
            _ shards: [Int],
            statistics: String,
            kernels: [String] = [],
            in folder: TemporaryFolder
        ) async throws -> ToolRun.Outcome {
            let file = try folder.write(SmallModel.configuration, to: "small.json")
            let common = [
                "train", Samples.normal, "--configuration", file, "--statistics", statistics,
            ]
            for _ in 1...20 {
                for index in shards {
                    let shard = "\(index)/\(shards.count)"
                    let gathered = try await residua(
                        common + ["--statistics-only", "--shard", shard]
                            + (kernels.isEmpty ? [] : ["--kernels", kernels[index - 1]]),
                        in: folder
                    )
                    try #require(gathered.status == 0, "\(gathered.error)")
                    #expect(
                        gathered.outputLines.last?.hasPrefix("shard \(shard) gathered: ") == true
                    )
                }
                let merged = try await residua(common + ["--merge", "--model", "m"], in: folder)
                if merged.status != 4 { return merged }
                #expect(merged.outputLines.last?.hasPrefix("merged: ") == true)
                #expect(!folder.contains("m"))
            }
            throw CancellationError()
        }

        @Test func oneShardMakesTheModelOfOneCall() async throws {
            let expected = try await SmallModel.bytes
            try await withTemporaryFolder { folder in
                let outcome = try await learn([1], statistics: "stats", in: folder)
                #expect(outcome.status == 0)
                #expect(outcome.outputLines.first?.hasPrefix("learned from 24 images; ") == true)
                #expect(outcome.outputLines.last == "model: m")
                #expect(try folder.bytes("m") == expected)
            }
        }

        @Test func theOrderOfShardsChangesNoByte() async throws {
            try await withTemporaryFolder { folder in
                #expect(try await learn([1, 2, 3], statistics: "a", in: folder).status == 0)
                let first = try folder.bytes("m")
                try FileManager.default.removeItem(atPath: folder.path("m"))
                #expect(try await learn([3, 2, 1], statistics: "b", in: folder).status == 0)
                #expect(try folder.bytes("m") == first)
            }
        }

        @Test func machinesOfSeveralKindsLearnTheSameModel() async throws {
            let kinds = Kernels.available.filter { $0.arithmetic == Kernels.best.arithmetic }
            let kernels = [kinds[0].name, kinds[kinds.count / 2].name]
            try await withTemporaryFolder { folder in
                #expect(try await learn([1, 2], statistics: "a", in: folder).status == 0)
                let first = try folder.bytes("m")
                try FileManager.default.removeItem(atPath: folder.path("m"))
                let outcome = try await learn(
                    [1, 2],
                    statistics: "b",
                    kernels: kernels,
                    in: folder
                )
                #expect(outcome.status == 0)
                #expect(try folder.bytes("m") == first)
            }
        }

        @Test(
            "what can't go on is told in one line",
            arguments: [
                (["--merge", "--model", "m"], "no statistics in "),
                (["--statistics-only", "--shard", "1/2", "--effort", "thorough"], "--effort thor"),
                (["--statistics-only", "--shard", "1/2", "--seed", "8"], ""),
            ]
        )
        func refuses(arguments: [String], reason: String) async throws {
            try await withTemporaryFolder { folder in
                let file = try folder.write(SmallModel.configuration, to: "small.json")
                let common = [
                    "train", Samples.normal, "--configuration", file, "--statistics", "stats",
                ]
                let outcome = try await residua(common + arguments, in: folder)
                if reason.isEmpty {
                    // The folder now belongs to a training with this seed.
                    #expect(outcome.status == 0)
                    let other = try await residua(
                        common + ["--statistics-only", "--shard", "2/2", "--seed", "9"],
                        in: folder
                    )
                    #expect(other.status == 2)
                    #expect(other.error.contains("a training with other options (seed)"))
                } else {
                    #expect(outcome.status == 2)
                    #expect(outcome.errorLines.last?.hasPrefix("residua: \(reason)") == true)
                }
            }
        }

        @Test(arguments: [
            ["--statistics", "s", "--model", "m"],
            ["--statistics-only", "--shard", "1/2"],
            ["--statistics", "s", "--statistics-only"],
            ["--statistics", "s", "--statistics-only", "--shard", "3/2"],
            ["--statistics", "s", "--statistics-only", "--shard", "1/2", "--model", "m"],
            ["--statistics", "s", "--statistics-only", "--merge", "--model", "m"],
            ["--statistics", "s", "--merge"], ["--merge", "--model", "m"],
            ["--shard", "1/2", "--model", "m"],
        ])
        func tellsWrongUsage(arguments: [String]) async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await residua(["train", Samples.normal] + arguments, in: folder)
                #expect(outcome.status == 64)
                #expect(outcome.error.contains("Usage: residua"))
                #expect(try folder.contents().isEmpty)
            }
        }
    }
}
