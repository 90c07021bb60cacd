import Foundation
import Pipeline
import Scoring
import TestSupport
import Testing

/// Training passes over its folder several times and must notice when it is no longer the same.
@Suite struct TrainingInputsTests {
    @Test(
        "images that come, go or break between two passes end training with a reason",
        arguments: ["removed", "added", "renamed", "broken"]
    )
    func noticesChanges(change: String) async throws {
        try await withTemporaryFolder { folder in
            let samples = PaperNetwork.root.appending(path: "sample-data/brushed-metal/train/good")
            for number in 0..<6 {
                let name = "00\(number).png"
                try folder.write(
                    Data(contentsOf: samples.appending(path: name)),
                    to: "images/\(name)"
                )
            }
            let images = URL(filePath: folder.path).appending(path: "images")
            let options = TrainingOptions(
                ingest: IngestOptions(roots: [RawPath(images.path(percentEncoded: false))]),
                configuration: try PaperNetwork.declaration(),
                jobs: 2,
                effort: .quick
            )
            let run = TrainingRun(options: options) { event in
                guard case .pass(_, 2, _) = event else { return }
                switch change {
                case "removed":
                    try? FileManager.default.removeItem(at: images.appending(path: "003.png"))
                case "added":
                    try? Data([1]).write(to: images.appending(path: "999.png"))
                case "renamed":
                    try? FileManager.default.moveItem(
                        at: images.appending(path: "003.png"),
                        to: images.appending(path: "0035.png")
                    )
                default:
                    try? Data("no image".utf8).write(to: images.appending(path: "003.png"))
                }
            }
            let error = await #expect(throws: RunError.self) { try await run.run() }
            guard case .inputsChanged(let what) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            let wanted = [
                "removed": "5 files, 6 before", "added": "999.png: ",
                "renamed": "6 files as before, but of other names", "broken": "003.png: ",
            ]
            #expect(what.hasPrefix(wanted[change] ?? "?"))
        }
    }

    @Test(
        "what is learned does not depend on which images are kept between passes",
        arguments: [0, 20_000, 1 << 30]
    )
    func keepsImagesWithoutEffect(bytes: Int) async throws {
        let images = PaperNetwork.root.appending(path: "sample-data/brushed-metal/train/good")
        var options = TrainingOptions(
            ingest: IngestOptions(roots: [RawPath(images.path(percentEncoded: false))]),
            configuration: try PaperNetwork.declaration(),
            jobs: 2,
            effort: .quick
        )
        let expected = try await TrainingRun(options: options).run().parameters
        options.keptImageBytes = bytes
        #expect(try await TrainingRun(options: options).run().parameters == expected)
    }

    @Test func readsAKeptImageAgainWhenItsFileChanges() async throws {
        try await withTemporaryFolder { folder in
            let images = try ShardedTraining.images(8, in: folder)
            let changing = try ShardedTraining(of: images, statistics: "").options
            let other = try folder.bytes("images/001.png")
            // All passes after the first see another image than those before it.
            let run = TrainingRun(options: changing) { event in
                guard case .pass(_, 2, _) = event else { return }
                try? Data(other).write(to: URL(filePath: images + "/000.png"))
            }
            let learned = try await run.run().parameters
            var bare = changing
            bare.keptImageBytes = 0
            let original = PaperNetwork.root
                .appending(path: "sample-data/brushed-metal/train/good/000.png")
            try Data(contentsOf: original).write(to: URL(filePath: images + "/000.png"))
            let again = TrainingRun(options: bare) { event in
                guard case .pass(_, 2, _) = event else { return }
                try? Data(other).write(to: URL(filePath: images + "/000.png"))
            }
            #expect(try await again.run().parameters == learned)
        }
    }

    @Test func doesNotDecodeAKeptImageAgain() async throws {
        try await withTemporaryFolder { folder in
            let images = try ShardedTraining.images(8, in: folder)
            let options = try ShardedTraining(of: images, statistics: "").options
            let expected = try await TrainingRun(options: options).run().parameters
            let path = images + "/000.png"
            let bytes = try folder.bytes("images/000.png")
            let date = try #require(
                FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
            )
            // As far as size and time tell, the file is as it was.
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
            @Sendable func overwrite(_ bytes: Data) {
                guard let file = FileHandle(forWritingAtPath: path) else { return }
                file.write(bytes)
                try? file.close()
                try? FileManager.default.setAttributes(
                    [.modificationDate: date],
                    ofItemAtPath: path
                )
            }
            func learn(_ options: TrainingOptions) async throws -> ModelParameters {
                overwrite(Data(bytes))
                let run = TrainingRun(options: options) { event in
                    guard case .pass(_, 2, _) = event else { return }
                    overwrite(Data(repeating: 0, count: bytes.count))
                }
                return try await run.run().parameters
            }
            #expect(try await learn(options) == expected)
            var bare = options
            bare.keptImageBytes = 0
            await #expect(throws: RunError.self) { _ = try await learn(bare) }
        }
    }
}
