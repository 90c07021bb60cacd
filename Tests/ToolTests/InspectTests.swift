import Digests
import Foundation
import ImageCodec
import TestSupport
import Testing

extension ToolTests {
    @Suite struct InspectTests {
        @Test func showsTheCardToAPerson() async throws {
            let digest = SHA256Digest(of: try await SmallModel.bytes).description
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let outcome = try await residua(["inspect", model])
                #expect(outcome.status == 0)
                #expect(outcome.error.isEmpty)
                #expect(outcome.outputLines.first == "sha256        \(digest)")
                for text in [
                    "24 images (0 skipped), grey, 160 x 160 to 160 x 160 pixels", "seed 0",
                    "structure/layer1", "structure/layer2", "contrast/layer1",
                    "structure/layer2/position", "contrast/layer1/exemplars",
                    "for a false-alarm rate of 0.01 (too few images",
                    "rates: min  median     max", "thresholding, gain-shape",
                ] {
                    #expect(outcome.output.contains(text), "\(text)")
                }
            }
        }

        @Test func showsAConfigurationThatLearnsTheSameModel() async throws {
            let bytes = try await SmallModel.bytes
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let outcome = try await residua(["inspect", model, "--format", "json"])
                #expect(outcome.status == 0)
                #expect(outcome.error.isEmpty)
                let card = try JSONSerialization.jsonObject(with: Data(outcome.outputBytes))
                let members = try #require(card as? [String: Any])
                #expect(members["sha256"] as? String == SHA256Digest(of: bytes).description)
                let configuration = try #require(members["configuration"])
                let declaration = try JSONSerialization.data(withJSONObject: configuration)
                try folder.write(declaration, to: "declaration.json")
                let learned = try await residua(
                    [
                        "train", Samples.normal, "--model", "again",
                        "--configuration", "declaration.json",
                    ],
                    in: folder
                )
                #expect(learned.status == 0)
                #expect(try folder.bytes("again") == bytes)
            }
        }

        @Test(arguments: [false, true])
        func drawsAtomsPriorsAndCalibration(withImages: Bool) async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                let plain = try await residua(["inspect", model])
                let outcome = try await residua(
                    ["inspect", model, "--out", "page"]
                        + (withImages ? ["--images", Samples.normal] : []),
                    in: folder
                )
                #expect(outcome.status == 0, "\(outcome.error)")
                #expect(outcome.output == plain.output)
                #expect(outcome.error.contains("wrote page/index.html"))
                let record = try JSONValue(parsing: folder.bytes("page/inspect.json"))
                #expect(record["patch_images"]?.number == (withImages ? 24 : nil))
                let forms = (0..<3).map { record["layers"]?[$0]?["atom_form"]?.string }
                #expect(forms == ["filters", withImages ? "patches" : "projections", "filters"])
                var named = ["density_chart"].compactMap { record[$0]?.string }
                named += [record["calibration"]?["chart"]?.string].compactMap(\.self)
                for index in 0..<3 {
                    let layer = try #require(record["layers"]?[index])
                    named.append(try #require(layer["atom_picture"]?.string))
                    for chart in 0..<3 {
                        named.append(try #require(layer["charts"]?[chart]?.string))
                    }
                    let rates = try #require(layer["rates"])
                    #expect(rates["min"]?.number ?? 0 > 0)
                    #expect(rates["min"]?.number ?? 1 <= rates["max"]?.number ?? 0)
                }
                for name in named {
                    let picture = try ImageReader.decode(folder.bytes("page/\(name)")).image
                    #expect(picture.width > 40)
                }
                let files = try folder.contents().filter { $0.hasSuffix(".png") }
                #expect(Set(files) == Set(named.map { "page/\($0)" }))
                let counts = record["calibration"]?["counts"]
                let total = (0..<40).compactMap { counts?[$0]?.number }.reduce(0, +)
                #expect(total == 24)
                let page = try folder.text("page/index.html")
                #expect(isWhole(page: page))
            }
        }

        @Test func namesImagesThatItCantRead() async throws {
            try await withTemporaryFolder { folder in
                let model = try await SmallModel.write(to: folder)
                try Samples.copyNormal(2, to: "in", of: folder)
                try folder.write(try Samples.halfAnImage(), to: "in/half.png")
                let outcome = try await residua(
                    ["inspect", model, "--format", "json", "--out", "page", "--images", "in"],
                    in: folder
                )
                #expect(outcome.status == 3)
                #expect(outcome.error.contains("half.png"))
                _ = try JSONValue(parsing: outcome.outputBytes)
                #expect(folder.contains("page/inspect.json"))
            }
        }
    }
}
