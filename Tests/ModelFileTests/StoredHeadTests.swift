import ModelFile
import Scoring
import Testing

@Suite struct StoredHeadTests {
    static let head = MapHead(
        weights: [0.5, -1, 2, 0.25, 1e-3, -7, 3, 0.125, -4],
        intercept: -4,
        center: -5,
        spread: 1.5,
        certificate: .init(
            labels: .synthetic,
            negatives: 600,
            positives: 30,
            penalty: 1e-3,
            objective: 0.1234567890123,
            gradientNorm: 3.21e-10,
            iterations: 9
        )
    )

    static func parameters() throws -> ModelParameters {
        let model = try SmallModel.parameters()
        var configuration = model.configuration
        configuration.fusion = ScoreFusion(rule: .head, topShare: 0.02, isPinned: true)
        return ModelParameters(
            configuration: configuration,
            channels: model.channels,
            grid: model.grid,
            layers: model.layers,
            detectors: model.detectors,
            calibrations: model.calibrations,
            conformal: model.conformal,
            head: head
        )
    }

    @Test func comesBackBitForBit() throws {
        let model = try SmallModel.model(of: try Self.parameters())
        let read = try StoredModel(model.content())
        #expect(read == model)
        #expect(read.parameters.head == Self.head)
        #expect(read.card.head == Self.head.certificate)
        #expect(read.parameters.configuration.fusion.isPinned)
    }

    @Test func aModelWithoutAHeadHasNoneOfIts() throws {
        let content = try SmallModel.model().content()
        #expect(content.tensors.keys.allSatisfy { !$0.hasPrefix("head/") })
        #expect(try StoredModel(content).parameters.head == nil)
    }

    @Test(
        "a damaged tensor is refused by its name",
        arguments: [
            ("head/weights", [Float]()), ("head/weights", [1, 2, 3, 4, 5, 6, 7]),
            ("head/normal_logits", [1]), ("head/normal_logits", [1, 0]),
            ("head/normal_logits", [1, -2]), ("head/normal_logits", [0, .nan]),
        ]
    )
    func aTensorIsDamaged(name: String, values: [Float]) throws {
        var content = try SmallModel.model(of: try Self.parameters()).content()
        try #require(content.tensors[name] != nil)
        content.tensors[name] = Tensor(values)
        do throws(ModelFileError) {
            _ = try StoredModel(content)
            Issue.record("not refused")
        } catch {
            switch error {
            case .wrongShape(let found, _, _), .badTensor(let found, _): #expect(found == name)
            default: Issue.record("\(error)")
            }
        }
    }

    @Test(arguments: ["head/weights", "head/normal_logits"])
    func aTensorIsMissing(name: String) throws {
        var content = try SmallModel.model(of: try Self.parameters()).content()
        content.tensors[name] = nil
        #expect(throws: ModelFileError.missingTensor(name: name)) {
            try StoredModel(content)
        }
    }

    @Test func aFusionCannotNameAHeadThatIsNotThere() throws {
        let content = try SmallModel.content { $0.configuration.fusion.rule = .head }
        #expect(
            throws: ModelFileError.badMetadata(
                key: "card",
                reason: "the fusion names a head and there is none"
            )
        ) { try StoredModel(content) }
    }
}
