import Foundation
import PipelineFile
import Scoring
import SparseCoding
import Testing

@Suite struct DeclaredModelTests {
    /// A model in which every key of the declarations has a value, and every choice is made once.
    private static let everyChoice: ModelConfiguration = {
        func layer(
            _ learning: DictionaryLearning,
            _ inference: Inference,
            rate: Float? = nil
        ) -> LayerConfiguration {
            LayerConfiguration(
                window: 3,
                stride: 1,
                contrast: 0.01,
                components: 8,
                atoms: 8,
                activationRate: rate,
                learning: learning,
                pooling: 2,
                inference: inference
            )
        }
        return ModelConfiguration(
            encoders: [
                EncoderConfiguration(
                    name: "a",
                    pixels: 1024,
                    imageNormalization: 0.5,
                    layers: [
                        layer(.orthonormal(passes: 2, penalty: 0.5), .thresholding, rate: 0.5),
                        layer(
                            .online(passes: 2, minibatch: 4, penalty: 0.5),
                            .ista(iterations: 4, tolerance: 0.5, step: 0.25)
                        ),
                        layer(.gainShape, .fista(iterations: 4, tolerance: 0.5, step: 0.25)),
                        layer(.gainShape, .omp(nonzeroLimit: 2)),
                        layer(.gainShape, .lca(steps: 3, rate: 0.5)),
                    ]
                )
            ],
            detectors: [
                DetectorConfiguration(
                    encoder: "a",
                    layer: 1,
                    method: .positionalGaussian(dimension: 4)
                ),
                DetectorConfiguration(
                    encoder: "a",
                    layer: 2,
                    method: .exemplars(dimension: 4, count: 3)
                ),
                DetectorConfiguration(encoder: "a", layer: 3, method: .reconstructionError),
                DetectorConfiguration(encoder: "a", layer: 4, method: .energy),
            ]
        )
    }()

    private static let parts = ["encoders", "detectors", "regularization", "factors"]

    /// A pipeline file with the parts of a model as JSON, each on a line of its own.
    private static func file(_ model: ModelConfiguration) throws -> String {
        let bytes = try JSONEncoder().encode(model)
        let object = try JSONSerialization.jsonObject(with: bytes) as? [String: Any] ?? [:]
        return try Parsing.train(
            parts.map { key in
                let value = try JSONSerialization.data(
                    withJSONObject: object[key] ?? [],
                    options: [.sortedKeys]
                )
                return "\(key): \(String(decoding: value, as: UTF8.self))"
            }.joined(separator: "\n")
        )
    }

    @Test(arguments: [ModelConfiguration.standard, everyChoice])
    func readsTheJSONOfAModel(model: ModelConfiguration) throws {
        let declared = try Parsing.parse(Self.file(model))
        #expect(declared.configuration == model)
    }

    @Test func readsThePlanOfAModel() throws {
        let declared = try Parsing.parse(Self.file(Self.everyChoice))
        let again = try Parsing.parse(declared.plan())
        #expect(again.configuration == Self.everyChoice)
    }

    /// Each key of the document, misspelt, is found wherever it stands, and its right spelling is advised.
    @Test func findsEveryMisspeltKey() throws {
        let text = try Self.file(Self.everyChoice)
        let keys = text.matches(of: /"([A-Za-z]+)":/)
        #expect(keys.count > 60)
        var spelt: Set<String> = []
        for key in keys {
            let wrong = text.replacingCharacters(in: key.range, with: "\"\(key.1)x\":")
            let message = try #require(Parsing.error(wrong))
            #expect(
                message.contains("unknown key \"\(key.1)x\"; did you mean \(key.1)?"),
                "\(message)"
            )
            spelt.insert(String(key.1))
        }
        #expect(spelt.isSuperset(of: ["atoms", "nonzeroLimit", "minibatch", "imagesPerFactor"]))
    }

    /// All misspelt keys of a document are found in one go.
    @Test func findsAllMisspeltKeysAtOnce() throws {
        let text = try Self.file(Self.everyChoice)
        let wrong = text.replacing(/"(atoms|window|dimension|cells|reach|pixels)":/) { match in
            "\"\(match.1)x\":"
        }
        let message = try #require(Parsing.error(wrong))
        let found = message.matches(of: /unknown key "[a-z]+x"/)
        #expect(found.count == wrong.matches(of: /[a-z]x":/).count)
        #expect(!message.contains("is missing here"))
    }

    @Test func anExplicitDefaultIsNoUnknownKey() throws {
        // Neither is written when such a layer is encoded.
        let text = Parsing.train(
            """
            encoders:
              - name: e
                pixels: 1024
                layers:
                  - window: 5
                    stride: 2
                    atoms: 8
                    contrast: ~
                    learning: {gainShape: {}}
                    inference: {method: thresholding}
            detectors: [{encoder: e, layer: 1, method: {energy: {}}}]
            """
        )
        let layer = try Parsing.parse(text).configuration.encoders.first?.layers.first
        #expect(
            layer
                == LayerConfiguration(
                    window: 5,
                    stride: 2,
                    contrast: nil,
                    components: nil,
                    atoms: 8
                )
        )
    }

    @Test func partsLeaveTheBuiltInRest() throws {
        let declared = try Parsing.parse(Parsing.train("factors: {count: 3}\npositions: 64"))
        var expected = ModelConfiguration.standard
        expected.factors.count = 3
        expected.positions = 64
        #expect(declared.configuration == expected)
        #expect(!declared.configuration.fusion.isPinned)
    }

    @Test func aDeclaredFusionIsPinned() throws {
        let declared = try Parsing.parse(Parsing.train("scoring: {fusion: {relative: true}}"))
        #expect(
            declared.configuration.fusion
                == ScoreFusion(rule: .evidence, topShare: 0.01, isRelative: true, isPinned: true)
        )
    }
}
