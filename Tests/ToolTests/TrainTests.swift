import Foundation
import TestSupport
import Testing

extension ToolTests {
    @Suite struct TrainTests {
        @Test(arguments: ["1", "4"])
        func makesTheSameModelWhateverTheJobs(jobs: String) async throws {
            let expected = try await SmallModel.bytes
            try await withTemporaryFolder { folder in
                let outcome = try await SmallModel.learn(in: folder, "--jobs", jobs)
                #expect(outcome.status == 0)
                #expect(try folder.bytes("model") == expected)
            }
        }

        @Test func makesAnotherModelFromAnotherSeed() async throws {
            let expected = try await SmallModel.bytes
            try await withTemporaryFolder { folder in
                let outcome = try await SmallModel.learn(in: folder, "--seed", "1")
                #expect(outcome.status == 0)
                #expect(try folder.bytes("model") != expected)
            }
        }

        @Test func tellsWhatItDidUnlessQuiet() async throws {
            try await withTemporaryFolder { folder in
                let loud = try await SmallModel.learn(in: folder)
                #expect(loud.outputLines.first?.hasPrefix("learned from 24 images in ") == true)
                #expect(loud.outputLines.last == "model: model")
                #expect(loud.errorLines.first == "learning from 24 images")

                let quiet = try await SmallModel.learn(in: folder, "--quiet")
                #expect(quiet.status == 0)
                #expect(quiet.output.isEmpty)
                #expect(quiet.errorLines.allSatisfy { $0.hasPrefix("warning: ") })
            }
        }

        @Test func logsJSONLines() async throws {
            try await withTemporaryFolder { folder in
                let outcome = try await SmallModel.learn(in: folder, "--log-format", "json")
                let lines = try outcome.errorLines.map { try JSONValue(parsing: $0.utf8) }
                #expect(lines.first?["message"]?.string == "learning from 24 images")
                #expect(lines.first?["images"]?.string == "24")
                for line in lines {
                    #expect(["info", "warning"].contains(line["level"]?.string))
                    #expect(line["time"]?.string != nil)
                }
            }
        }

        @Test func warnsThatImagesAreFewForTheRate() async throws {
            try await withTemporaryFolder { folder in
                let few = try await SmallModel.learn(in: folder)
                #expect(few.error.contains("warning: 24 normal images can't hold"))
                #expect(few.error.contains("give 99 or more"))
                let enough = try await SmallModel.learn(in: folder, "--false-alarm-rate", "0.1")
                #expect(enough.status == 0)
                #expect(!enough.error.contains("warning"))
            }
        }

        @Test func learnsDespiteACorruptImage() async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(6, to: "images", of: folder)
                try folder.write(try Samples.halfAnImage(), to: "images/003a.png")
                let outcome = try await SmallModel.learn(from: "images", in: folder)
                #expect(outcome.status == 0)
                #expect(outcome.error.contains("warning: skipped 003a.png: "))
                let card = try await residua(["inspect", "model"], in: folder)
                #expect(card.output.contains("training      6 images (1 skipped)"))
            }
        }

        @Test("images of another kind among the normal ones are left out, named, and then flagged")
        func leavesOutWhatIsNotNormal() async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(22, to: "clean", of: folder)
                try Samples.copyNormal(22, to: "mixed", of: folder)
                let strangers = ["005a.png", "016a.png"]
                for (place, name) in strangers.enumerated() {
                    let bytes = try OddImages.noise(
                        96,
                        96,
                        channels: 3,
                        spread: 240,
                        seed: UInt64(place) + 9
                    )
                    try folder.write(Data(bytes), to: "mixed/\(name)")
                }
                let outcome = try await SmallModel.learn(from: "mixed", in: folder)
                #expect(outcome.status == 0)
                for name in strangers {
                    #expect(outcome.error.contains("warning: left out \(name): its score of "))
                }
                let card = try await residua(["inspect", "model", "--format", "json"], in: folder)
                let training = try JSONValue(parsing: card.output.utf8)["training"]
                // The worst first.
                let trimmed = [0, 1].compactMap { training?["trimmed"]?[$0]?.string }
                #expect(training?["images"]?.number == 22)
                #expect(trimmed.sorted() == strangers)
                #expect(training?["trimmed"]?[2] == nil)

                let report = try await residua(
                    ["scan", "mixed", "--model", "model", "--report", "report"],
                    in: folder
                )
                #expect(report.status == 0)
                let flagged = try ReportFiles("report", in: folder).records
                    .filter { $0["status"]?.string == "flagged" }
                    .compactMap { $0["path"]?.string }
                #expect(Set(flagged).isSuperset(of: strangers))
                #expect(flagged.count <= 4)

                let clean = try await SmallModel.learn(from: "clean", in: folder)
                #expect(!clean.error.contains("left out"))
            }
        }

        @Test(arguments: [0, 1])
        func refusesTooFewImages(count: Int) async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(count, to: "images", of: folder)
                try folder.write(try Samples.halfAnImage(), to: "images/damaged.png")
                let outcome = try await SmallModel.learn(from: "images", in: folder)
                #expect(outcome.status == 2)
                let reason = "residua: \(count) readable images in images: "
                #expect(outcome.errorLines.last?.hasPrefix(reason) == true)
                #expect(outcome.output.isEmpty)
                #expect(!folder.contains("model"))
            }
        }

        @Test(arguments: [
            (["nowhere", "--model", "model"], "can't read nowhere: "),
            (["images", "--model", "nowhere/model"], "can't write nowhere/model: "),
            (["images", "--model", "images"], "can't write images: it is a folder"),
            (["images", "--model", "pipe"], "can't write pipe: "),
            (["images", "--model", "full"], "can't write full: "),
            (["empty", "--model", "model"], "no PNG or JPEG files in empty: "),
            (["texts", "--model", "model"], "no PNG or JPEG files in texts: "),
            (["images", "--model", "m", "--configuration", "none.json"], "can't read none.json: "),
            (
                ["images", "--model", "model", "--configuration", "texts/a.txt"],
                "the declaration of the model is wrong: texts/a.txt: "
            ),
            (
                ["images", "--model", "model", "--configuration", "lacking.json"],
                "the declaration of the model is wrong: lacking.json: encoders is missing"
            ),
            (
                ["images", "--model", "model", "--configuration", "even.json"],
                "the declaration of the model is wrong: encoder structure, layer 1: window must be"
            ),
        ])
        func refusesBeforeAnyWork(arguments: [String], reason: String) async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(2, to: "images", of: folder)
                try folder.makeFolder("empty")
                try folder.write("no image", to: "texts/a.txt")
                try folder.write("{}", to: "lacking.json")
                try folder.write(
                    SmallModel.configuration.replacing("\"window\": 7", with: "\"window\": 8"),
                    to: "even.json"
                )
                try #require(mkfifo(folder.path("pipe"), 0o600) == 0)
                try folder.link("full", to: "/dev/null")
                let before = try folder.contents()
                let outcome = try await residua(["train"] + arguments, in: folder)
                #expect(outcome.status == 2)
                #expect(outcome.errorLines.last?.hasPrefix("residua: \(reason)") == true)
                // A first look at an empty folder may say that there is nothing.
                #expect(outcome.errorLines.count <= 2)
                #expect(!outcome.error.contains("learning from 2"))
                #expect(outcome.output.isEmpty)
                #expect(try folder.contents() == before)
            }
        }

        @Test func keepsTheOlderModelWhenTheDiskIsFull() async throws {
            try await withTemporaryFolder { folder in
                let configuration = try folder.write(SmallModel.configuration, to: "small.json")
                let model = try folder.write("older", to: "models/parts.residua")
                let outcome = try await residua(
                    ["train", Samples.normal, "--model", model, "--configuration", configuration],
                    fileBlocks: 8
                )
                #expect(outcome.status == 2)
                #expect(outcome.errorLines.last?.contains("can't write \(model)") == true)
                #expect(try folder.text("models/parts.residua") == "older")
                #expect(
                    try FileManager.default.contentsOfDirectory(
                        atPath: folder.path("models")
                    ) == ["parts.residua"]
                )
            }
        }
    }
}
