import Foundation
import ImageCodec
import Patches
import Pipeline
import Scoring
import TestSupport
import Testing

/// One after the other: each of them takes all processors.
@Suite(.serialized) struct ShardedTrainingTests {
    @Test(
        "one shard makes the model of one program, bit by bit",
        arguments: [(12, TrainingEffort.quick), (24, .standard)]
    )
    func oneShardIsOneProgram(images: Int, effort: TrainingEffort) async throws {
        try await withTemporaryFolder { folder in
            let training = try ShardedTraining(
                of: try ShardedTraining.images(images, in: folder),
                statistics: folder.path("stats")
            ) { $0.effort = effort }
            let (expected, (merged, rounds)) = try await (training.learn(), training.learn([1]))
            #expect(merged.parameters == expected.parameters)
            #expect(merged.survey == expected.survey)
            #expect(merged.images == expected.images)
            #expect(merged.threshold == expected.threshold)
            #expect(merged.fusion == expected.fusion)
            // Survey, two depths, codes, positions, calibration, seen.
            #expect(rounds == 7)
        }
    }

    @Test func severalShardsDifferByRoundingAndTheirOrderByNothing() async throws {
        try await withTemporaryFolder { folder in
            let images = try ShardedTraining.images(24, in: folder)
            let training = try ShardedTraining(of: images, statistics: folder.path("a"))
            let expected = try await training.learn()
            let merged = try await training.learn([1, 2, 3]).result
            #expect(merged.difference(from: expected) < 1e-3)
            // What is sampled or counted has no rounding.
            #expect(merged.parameters.layers == expected.parameters.layers)
            #expect(merged.survey == expected.survey)
            #expect(merged.images == 24)

            let other = try ShardedTraining(of: images, statistics: folder.path("b")) {
                $0.jobs = 1
            }
            let again = try await other.learn([3, 1, 2]).result
            #expect(again.parameters == merged.parameters)
        }
    }

    @Test func shardsOfMoreThanThereAreImagesAreEmptyAndDoNoHarm() async throws {
        try await withTemporaryFolder { folder in
            let training = try ShardedTraining(
                of: try ShardedTraining.images(4, in: folder),
                statistics: folder.path("stats")
            )
            let merged = try await training.learn(Array(1...9)).result
            #expect(merged.difference(from: try await training.learn()) < 1e-3)
        }
    }

    @Test func imagesThatCantBeReadAreNamedOnceAndLeftOut() async throws {
        try await withTemporaryFolder { folder in
            let images = try ShardedTraining.images(10, in: folder)
            for name in ["000a.png", "005a.png", "zz.png"] {
                try folder.write("no image", to: "images/\(name)")
            }
            let half = try folder.bytes("images/003.png")
            try folder.write(half.prefix(half.count / 2), to: "images/003a.png")
            let training = try ShardedTraining(of: images, statistics: folder.path("stats"))
            let merged = try await training.learn([1, 2, 3]).result
            #expect(merged.images == 10)
            #expect(
                merged.failures.map(\.path) == ["000a.png", "003a.png", "005a.png", "zz.png"]
            )
            #expect(merged.difference(from: try await training.learn()) < 1e-3)
        }
    }

    @Test func oddImagesAreLeftOutAsByOneProgram() async throws {
        try await withTemporaryFolder { folder in
            let images = try ShardedTraining.images(22, in: folder)
            let other = PaperNetwork.root.appending(path: "sample-data/woven-cloth/train/good")
            try folder.write(
                Data(contentsOf: other.appending(path: "000.png")),
                to: "images/005a.png"
            )
            let training = try ShardedTraining(of: images, statistics: folder.path("stats"))
            let expected = try await training.learn()
            try #require(expected.trimmed.map(\.path) == ["005a.png"])
            let (merged, rounds) = try await training.learn([1, 2])
            #expect(merged.trimmed.map(\.path) == ["005a.png"])
            #expect(merged.images == 22)
            #expect(rounds == 10)
            #expect(merged.difference(from: expected) < 1e-3)
        }
    }

    @Test func tilesOfAnImageStayTogether() async throws {
        try await withTemporaryFolder { folder in
            let training = try ShardedTraining(
                of: try ShardedTraining.images(8, in: folder),
                statistics: folder.path("stats")
            ) { options in
                options.configuration.tiles = Tiling(side: 64, overlap: 16)
                options.effort = .standard
            }
            let expected = try await training.learn()
            let merged = try await training.learn([2, 1]).result
            #expect(merged.difference(from: expected) < 1e-3)
            #expect(merged.fusion?.chosen == expected.fusion?.chosen)
        }
    }

    @Test func aShardThatStartsAgainGathersWhatIsMissingOnly() async throws {
        try await withTemporaryFolder { folder in
            let training = try ShardedTraining(
                of: try ShardedTraining.images(6, in: folder),
                statistics: folder.path("stats")
            )
            try await training.gather(1, of: 1)
            _ = try await training.merge()
            let first = try await training.gather(1, of: 1)
            #expect(first.steps == ["layer-1-1", "layer-1-2"])
            #expect(try await training.gather(1, of: 1).steps.isEmpty)
            try FileManager.default.removeItem(
                atPath: folder.path("stats/statistics/layer-1-2/1-of-1")
            )
            #expect(try await training.gather(1, of: 1).steps == ["layer-1-2"])

            _ = try await training.learn([1])
            let last = try await training.gather(1, of: 1)
            #expect(last.isLearned && last.steps.isEmpty)
        }
    }

    @Test func anEmptyShardThatStartsAgainDoesNoHarm() async throws {
        try await withTemporaryFolder { folder in
            let images = try ShardedTraining.images(2, in: folder)
            // Shards that none of the two files belongs to, and one that has an unreadable file alone.
            let taken = Set(
                ["000.png", "001.png"].map { Shard.index(of: RawPath($0), count: 6) }
            )
            let other = try #require(
                (2..<99).map { "x\($0).png" }.first {
                    !taken.contains(Shard.index(of: RawPath($0), count: 6))
                }
            )
            try folder.write("no image", to: "images/\(other)")
            let training = try ShardedTraining(of: images, statistics: folder.path("stats"))
            for index in 1...6 { try await training.gather(index, of: 6) }
            _ = try await training.merge()
            for index in 1...6 { try await training.gather(index, of: 6) }
            for index in 1...6 {
                try FileManager.default.removeItem(
                    atPath: folder.path("stats/statistics/layer-1-2/\(index)-of-6")
                )
                #expect(try await training.gather(index, of: 6).steps == ["layer-1-2"])
            }
            let merged = try await training.learn(Array(1...6)).result
            #expect(merged.images == 2)
            #expect(merged.failures.map(\.path) == [other])
        }
    }

    @Test func anEmptyFolderIsRefusedBeforeAnythingIsKept() async throws {
        try await withTemporaryFolder { folder in
            let images = try folder.makeFolder("images")
            let training = try ShardedTraining(of: images, statistics: folder.path("stats"))
            await #expect(throws: RunError.noImages(paths: [images])) {
                try await training.gather(1, of: 2)
            }
            // As when the folder is there at last.
            _ = try ShardedTraining.images(6, in: folder)
            for index in 1...2 { try await training.gather(index, of: 2) }
            guard case .pending = try await training.merge() else {
                Issue.record("learned from headers")
                return
            }
        }
    }

    @Test func aMergeThatWasKilledLeavesNothingBehind() async throws {
        try await withTemporaryFolder { folder in
            let training = try ShardedTraining(
                of: try ShardedTraining.images(6, in: folder),
                statistics: folder.path("stats")
            )
            try await training.gather(1, of: 1)
            let gathered = try folder.bytes("stats/statistics/survey/1-of-1")
            _ = try await training.merge()
            // Killed after it kept what it learned, before it removed what that was learned from.
            try folder.write(gathered, to: "stats/statistics/survey/1-of-1")
            try await training.gather(1, of: 1)
            _ = try await training.merge()
            #expect(!folder.contains("stats/statistics/survey"))
        }
    }

    @Test func mergingNamesMissingShards() async throws {
        try await withTemporaryFolder { folder in
            let training = try ShardedTraining(
                of: try ShardedTraining.images(6, in: folder),
                statistics: folder.path("stats")
            )
            let path = folder.path("stats")
            await #expect(throws: ShardedTrainingError.nothingGathered(folder: path)) {
                try await training.merge()
            }
            for index in [1, 4] { try await training.gather(index, of: 5) }
            await #expect(
                throws: ShardedTrainingError.missing(
                    folder: "\(path)/statistics/survey",
                    [2, 3, 5],
                    count: 5
                )
            ) { try await training.merge() }
            for index in [2, 3, 5] { try await training.gather(index, of: 5) }
            guard case .pending(let pending) = try await training.merge() else {
                Issue.record("learned from headers")
                return
            }
            #expect(pending.merged == ["survey"])
            #expect(pending.waiting == ["layer-1-1", "layer-1-2"])
            // What is merged is not kept twice.
            #expect(!folder.contains("stats/statistics/survey"))
        }
    }

    @Test func mergingRefusesShardsOfOtherDivisions() async throws {
        try await withTemporaryFolder { folder in
            let training = try ShardedTraining(
                of: try ShardedTraining.images(6, in: folder),
                statistics: folder.path("stats")
            )
            try await training.gather(1, of: 2)
            try await training.gather(2, of: 3)
            await #expect(
                throws: ShardedTrainingError.mixed(
                    folder: folder.path("stats/statistics/survey"),
                    [2, 3]
                )
            ) { try await training.merge() }
        }
    }

    @Test func shardsThatSawOtherFilesAreRefused() async throws {
        try await withTemporaryFolder { folder in
            let images = try ShardedTraining.images(6, in: folder)
            let training = try ShardedTraining(of: images, statistics: folder.path("stats"))
            try await training.gather(1, of: 2)
            try FileManager.default.removeItem(atPath: folder.path("images/000.png"))
            try await training.gather(2, of: 2)
            await #expect(throws: ShardedTrainingError.inputsDiffer("6 and 5 files")) {
                try await training.merge()
            }
            try FileManager.default.copyItem(
                atPath: folder.path("images/001.png"),
                toPath: folder.path("images/009.png")
            )
            try FileManager.default.removeItem(
                atPath: folder.path("stats/statistics/survey/2-of-2")
            )
            try await training.gather(2, of: 2)
            await #expect(
                throws: ShardedTrainingError.inputsDiffer("6 files each, but of other names")
            ) { try await training.merge() }
        }
    }

    @Test func damagedStatisticsAreNamed() async throws {
        try await withTemporaryFolder { folder in
            let training = try ShardedTraining(
                of: try ShardedTraining.images(6, in: folder),
                statistics: folder.path("stats")
            )
            try await training.gather(1, of: 1)
            let name = "stats/statistics/survey/1-of-1"
            let whole = try folder.bytes(name)
            var changed = whole
            changed[whole.count - 40] ^= 1
            for bytes in [changed, Array(whole.dropLast(9)), Array("no line".utf8), []] {
                try folder.write(bytes, to: name)
                let error = await #expect(throws: ShardedTrainingError.self) {
                    try await training.merge()
                }
                guard case .unusable(let path, let reason) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(path == folder.path(name))
                #expect(reason == "it is damaged: remove it and run its shard again")
            }
            try folder.write(whole, to: name)
            _ = try await training.merge()
            try folder.write("", to: "stats/learned/survey")
            let error = await #expect(throws: ShardedTrainingError.self) {
                try await training.gather(1, of: 1)
            }
            #expect(error?.description.hasSuffix("have all shards gather for it again") == true)
        }
    }

    @Test func otherOptionsAndForeignFoldersAreRefused() async throws {
        try await withTemporaryFolder { folder in
            let images = try ShardedTraining.images(6, in: folder)
            let path = folder.path("stats")
            let training = try ShardedTraining(of: images, statistics: path)
            try await training.gather(1, of: 1)
            let other = try ShardedTraining(of: images, statistics: path) { options in
                options.seed += 1
                options.falseAlarmRate = 0.2
            }
            await #expect(
                throws: ShardedTrainingError.differing(
                    folder: path,
                    ["false-alarm rate", "seed"]
                )
            ) { try await other.merge() }
            let foreign = try ShardedTraining(of: images, statistics: images)
            await #expect(throws: ShardedTrainingError.self) { try await foreign.gather(1, of: 1) }
            let thorough = try ShardedTraining(of: images, statistics: path) {
                $0.effort = .thorough
            }
            await #expect(throws: ShardedTrainingError.unsupported("--effort thorough")) {
                try await thorough.gather(1, of: 1)
            }
        }
    }
}
