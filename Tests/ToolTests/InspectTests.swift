import Digests
import Foundation
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
    }
}
