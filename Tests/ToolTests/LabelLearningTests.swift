import Foundation
import TestSupport
import Testing

extension ToolTests {
    /// `train --use-labels`: what people said of flagged images changes the next model.
    @Suite struct LabelLearningTests {
        private func learn(
            _ model: String,
            in folder: TemporaryFolder,
            _ options: String...
        ) async throws -> ToolRun.Outcome {
            let file = try folder.write(SmallModel.configuration, to: "small.json")
            return try await residua(
                ["train", Samples.normal, "--model", model, "--configuration", file] + options,
                in: folder
            )
        }

        @Test("a false alarm is learned from, once, and is not flagged again")
        func falseAlarms() async throws {
            try await withTemporaryFolder { folder in
                let first = try await LabelTests.scan(in: folder)
                let flagged = try #require(first.record("other.png"))
                let score = try #require(flagged["score"]?.number)
                _ = try await LabelTests.label("other.png", "false-alarm", in: folder)
                let outcome = try await learn(
                    "new",
                    in: folder,
                    "--use-labels",
                    LabelTests.ledger
                )
                #expect(outcome.status == 0, "\(outcome.error)")
                #expect(outcome.output.contains("labels used: 1 false alarms, 0 confirmed\n"))
                let card = try await LabelTests.card("new", in: folder)
                let labels = card["training"]?["labels"]
                #expect(labels?["false_alarms"]?.number == 1)
                #expect(labels?["confirmed"]?.number == 0)
                #expect(card["training"]?["images"]?.number == 25)
                #expect(card["calibration"]?["scores"]?["count"]?.number == 25)
                let threshold = try #require(
                    card["calibration"]?["threshold"]?["value"]?.number
                )
                let second = try await LabelTests.scanAgain("new", in: folder)
                let again = try #require(second.record("other.png"))
                let other = try #require(again["score"]?.number)
                #expect(again["status"]?.string == "ok")
                #expect(other < score && Float(threshold) >= Float(other))
            }
        }

        @Test("what a person said is normal is not left out as odd, nor learned twice")
        func oddFalseAlarms() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                try Samples.copyNormal(22, to: "in", of: folder)
                let odd = try OddImages.noise(96, 96, channels: 3, spread: 240, seed: 9)
                try folder.write(Data(odd), to: "in/odd.png")
                let flagged = try await LabelTests.scanAgain(model, in: folder)
                #expect(flagged.record("odd.png")?["status"]?.string == "flagged")
                let file = try folder.write(SmallModel.configuration, to: "small.json")
                let train = ["train", "in", "--model", "inside", "--configuration", file]
                let without = try await residua(train, in: folder)
                #expect(without.error.contains("left out odd.png"))
                _ = try await LabelTests.label("odd.png", "false-alarm", in: folder)

                let inside = try await residua(
                    train + ["--use-labels", LabelTests.ledger],
                    in: folder
                )
                #expect(inside.status == 0 && !inside.error.contains("left out"))
                #expect(inside.output.contains("labels used: 0 false alarms, 0 confirmed; 1 not"))
                let one = try await LabelTests.card("inside", in: folder)
                #expect(one["training"]?["images"]?.number == 23)

                let outside = try await learn(
                    "outside",
                    in: folder,
                    "--use-labels",
                    LabelTests.ledger
                )
                #expect(outside.status == 0 && !outside.error.contains("left out"))
                #expect(outside.output.contains("labels used: 1 false alarms, 0 confirmed\n"))
                let other = try await LabelTests.card("outside", in: folder)
                #expect(other["training"]?["images"]?.number == 25)
                // The identity of the folder's images is what later runs compare.
                let plain = try await learn("plain", in: folder)
                #expect(plain.status == 0)
                let card = try await LabelTests.card("plain", in: folder)
                #expect(other["training"]?["sha256"]?.string == card["training"]?["sha256"]?.string)
                for model in ["inside", "outside"] {
                    let report = try await LabelTests.scanAgain(model, in: folder)
                    #expect(report.record("odd.png")?["status"]?.string == "ok")
                }
            }
        }

        @Test("a labelled image that can be read but not decoded is told and left out")
        func damagedFalseAlarms() async throws {
            try await withTemporaryFolder { folder in
                _ = try await SmallModel.write(to: folder)
                let whole = Repository.path("sample-data/ceramic-tile/test/chip/000.jpg")
                let bytes = try Data(contentsOf: URL(filePath: whole))
                try folder.write(bytes.prefix(bytes.count / 2), to: "in/half.jpg")
                let scan = try await residua(
                    [
                        "scan", "in", "--model", "parts.residua", "--report", "report",
                        "--ledger", LabelTests.ledger, "--on-damage", "none",
                    ],
                    in: folder
                )
                #expect(scan.status == 0, "\(scan.error)")
                let label = try await LabelTests.label("half.jpg", "false-alarm", in: folder)
                #expect(label.status == 0, "\(label.error)")
                let outcome = try await learn("new", in: folder, "--use-labels", LabelTests.ledger)
                #expect(outcome.status == 0, "\(outcome.error)")
                #expect(outcome.error.contains("half.jpg not used: "))
                #expect(outcome.output.contains("0 false alarms, 0 confirmed; 1 not used\n"))
                let card = try await LabelTests.card("new", in: folder)
                #expect(card["training"]?["skipped"]?.number == 0)
            }
        }

        @Test("confirmed images teach the head, each once")
        func confirmed() async throws {
            try await withTemporaryFolder { folder in
                _ = try await LabelTests.scan(in: folder)
                _ = try await LabelTests.label(
                    "other.png",
                    "defective.png",
                    "confirmed",
                    in: folder
                )
                let outcome = try await learn("new", in: folder, "--use-labels", LabelTests.ledger)
                #expect(outcome.output.contains("labels used: 0 false alarms, 2 confirmed\n"))
                let card = try await LabelTests.card("new", in: folder)
                #expect(card["training"]?["labels"]?["confirmed"]?.number == 2)
                #expect(card["fusion"]?["anomalous"]?["images"]?.number == 2)
                #expect(card["head"]?["labels"]?.string == "anomalous")
                // With the same images in a folder nothing is learned twice.
                try folder.write(folder.bytes("in/other.png"), to: "known/x.png")
                let more = try await learn(
                    "more",
                    in: folder,
                    "--use-labels",
                    LabelTests.ledger,
                    "--anomalous",
                    "known"
                )
                #expect(more.output.contains("0 false alarms, 1 confirmed; 1 not used\n"))
                let other = try await LabelTests.card("more", in: folder)
                #expect(other["fusion"]?["anomalous"]?["images"]?.number == 2)
                let quick = try await learn(
                    "quick",
                    in: folder,
                    "--use-labels",
                    LabelTests.ledger,
                    "--effort",
                    "quick"
                )
                #expect(quick.status == 0)
                #expect(quick.error.contains("2 confirmed images are learned from with --effort"))
            }
        }

        @Test("the model's bytes depend on what was said, not on when, in which order, or where")
        func isReproducible() async throws {
            try await withTemporaryFolder { folder in
                let odd = try OddImages.noise(96, 96, channels: 3, spread: 240, seed: 9)
                try folder.write(Data(odd), to: "in/odd.png")
                _ = try await LabelTests.scan(in: folder)
                _ = try await LabelTests.label("odd.png", "false-alarm", in: folder)
                _ = try await LabelTests.label("other.png", "false-alarm", in: folder)
                _ = try await LabelTests.label("defective.png", "confirmed", in: folder)
                let one = try await learn("one", in: folder, "--use-labels", LabelTests.ledger)
                #expect(one.output.contains("labels used: 2 false alarms, 1 confirmed\n"))
                _ = try await LabelTests.label(
                    "--clear",
                    "odd.png",
                    "other.png",
                    "defective.png",
                    in: folder
                )
                try FileManager.default.moveItem(
                    atPath: folder.path("in/other.png"),
                    toPath: folder.path("in/moved.png")
                )
                try await LabelTests.scanAgain(in: folder)
                _ = try await LabelTests.label(
                    "defective.png",
                    "confirmed",
                    "--note",
                    "sure",
                    in: folder
                )
                _ = try await LabelTests.label("moved.png", "false-alarm", in: folder)
                _ = try await LabelTests.label("odd.png", "false-alarm", in: folder)
                let two = try await learn(
                    "two",
                    in: folder,
                    "--use-labels",
                    LabelTests.ledger,
                    "--jobs",
                    "1"
                )
                #expect(two.status == 0)
                #expect(try folder.bytes("one") == folder.bytes("two"))
            }
        }

        @Test("what can't be used is told and left out")
        func leavesOut() async throws {
            try await withTemporaryFolder { folder in
                _ = try await LabelTests.scan(in: folder)
                _ = try await LabelTests.label("other.png", "false-alarm", in: folder)
                _ = try await LabelTests.label("defective.png", "confirmed", in: folder)
                // A good image whose label says otherwise lies among the normal ones.
                _ = try await LabelTests.label("in/000.png", "confirmed", in: folder)
                try FileManager.default.removeItem(atPath: folder.path("in/other.png"))
                try folder.write("changed", to: "in/defective.png")
                let outcome = try await learn("new", in: folder, "--use-labels", LabelTests.ledger)
                #expect(outcome.status == 0)
                #expect(outcome.output.contains("0 false alarms, 0 confirmed; 3 not used\n"))
                #expect(outcome.error.contains("other.png not used: the file is gone"))
                #expect(outcome.error.contains("defective.png not used: the file is not the one"))
                #expect(outcome.error.contains("is among the normal images"))
                // But for its card the model is that without labels.
                let card = try await LabelTests.card("new", in: folder)
                #expect(card["calibration"]?["scores"]?["count"]?.number == 24)
                let none = try await learn("none", in: folder, "--use-labels", "no.db")
                #expect(none.status == 2 && none.error.contains("there is no ledger"))
            }
        }

        @Test("a pipeline file learns anew when what people say has changed")
        func inAPipelineFile() async throws {
            try await withTemporaryFolder { folder in
                try Samples.copyNormal(4, to: "in", of: folder)
                try folder.write(
                    Data(contentsOf: URL(filePath: Samples.defective)),
                    to: "in/defective.png"
                )
                try folder.write(
                    """
                    version: 1
                    model: m.residua
                    train:
                      roots: ["\(Samples.normal)"]
                      when: changed
                      effort: quick
                      use-labels: true
                    ingest:
                      roots: [in]
                      settle: 0s
                    preparation:
                      working-size: 4096
                    report:
                      folder: report
                    ledger: state/ledger.sqlite
                    """,
                    to: "p.yaml"
                )
                let first = try await RunTests.run("p.yaml", in: folder)
                #expect(first.status == 0, "\(first.error)")
                #expect(first.output.contains("flagged  defective.png"))
                let same = try await RunTests.run("p.yaml", in: folder)
                #expect(!same.error.contains("learning the model"))
                let label = try await residua(
                    ["label", "defective.png", "false-alarm", "--pipeline", "p.yaml"],
                    in: folder
                )
                #expect(label.status == 0, "\(label.error)")
                let other = try await RunTests.run("p.yaml", in: folder)
                #expect(other.error.contains("learning the model anew: the labels changed"))
                #expect(other.output.contains("labels used: 1 false alarms"))
                #expect(!other.output.contains("flagged  defective.png"))
                let again = try await RunTests.run("p.yaml", in: folder)
                #expect(!again.error.contains("learning the model"))
            }
        }
    }
}
