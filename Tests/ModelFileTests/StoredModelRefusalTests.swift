import ModelFile
import Scoring
import SparseCoding
import Tensors
import Testing

@Suite struct StoredModelRefusalTests {
    /// Why a model is refused, or nil.
    private func error(reading content: SafeTensors) -> ModelFileError? {
        do throws(ModelFileError) {
            _ = try StoredModel(content)
            return nil
        } catch {
            return error
        }
    }

    static let tensorNames = [
        "encoder/fine/layer1/whitening_mean", "encoder/fine/layer1/whitening_projection",
        "encoder/fine/layer2/atoms", "encoder/coarse/layer1/penalties",
        "encoder/coarse/layer1/rates", "detector/1/reduction_mean",
        "detector/1/reduction_projection", "detector/1/factor_mean",
        "detector/1/factor_projection", "detector/1/loadings", "detector/1/means",
        "detector/1/whiteners",
        "detector/2/exemplars", "detector/2/reduction_projection", "detector/3/normal_mean",
        "detector/3/normal_deviation", "detector/4/normal_mean", "calibration/scores",
    ]

    @Test(arguments: tensorNames)
    func aTensorIsMissing(name: String) throws {
        var content = try SmallModel.model().content()
        #expect(content.tensors[name] != nil)
        content.tensors[name] = nil
        #expect(error(reading: content) == .missingTensor(name: name))
    }

    @Test("a tensor has another shape, though as many numbers", arguments: tensorNames)
    func aTensorHasAnotherShape(name: String) throws {
        var content = try SmallModel.model().content()
        let tensor = try #require(content.tensors[name])
        content.tensors[name] = try Tensor(shape: tensor.shape + [1], values: tensor.values)
        guard case .wrongShape(name, _, let actual)? = error(reading: content) else {
            Issue.record("not refused for its shape")
            return
        }
        #expect(actual == tensor.shape + [1])
    }

    @Test("a tensor has a row too many or too few", arguments: tensorNames.dropLast())
    func aTensorHasAnotherLength(name: String) throws {
        let tensor = try #require(SmallModel.model().content().tensors[name])
        let row = tensor.values.count / tensor.shape[0]
        for count in [0, tensor.shape[0] - 1, tensor.shape[0] + 1] {
            // As many exemplars as there are is for the learning to say, and fewer components may be kept.
            if name.hasSuffix("exemplars") && count > 0 { continue }
            var content = try SmallModel.model().content()
            let values = (0..<count * row).map { tensor.values[$0 % tensor.values.count] }
            content.tensors[name] = try Tensor(
                shape: [count] + tensor.shape.dropFirst(),
                values: values
            )
            let found = error(reading: content)
            switch found {
            case .wrongShape?: break
            case .badTensor(let named, _)?: #expect(named == name)
            default: Issue.record("\(count) rows give \(String(describing: found))")
            }
        }
    }

    struct BadNumber: Sendable, CustomTestStringConvertible {
        let name: String
        let value: Float
        let reason: String
        var testDescription: String { "\(name): \(value)" }
    }

    static let badNumbers = [
        BadNumber(
            name: "encoder/fine/layer1/penalties",
            value: -1e-6,
            reason: "a penalty is negative"
        ),
        BadNumber(
            name: "encoder/fine/layer2/penalties",
            value: .nan,
            reason: "a penalty is negative"
        ),
        BadNumber(name: "encoder/fine/layer1/rates", value: 0, reason: "a rate is not above 0"),
        BadNumber(name: "encoder/fine/layer1/rates", value: -1, reason: "a rate is not above 0"),
        BadNumber(name: "encoder/coarse/layer1/atoms", value: 2, reason: "an atom's norm is not 1"),
        BadNumber(
            name: "encoder/coarse/layer1/atoms",
            value: .nan,
            reason: "an atom's norm is not 1"
        ),
        BadNumber(
            name: "detector/2/normal_deviation",
            value: 0,
            reason: "a deviation is not above 0"
        ),
        BadNumber(
            name: "detector/3/normal_deviation",
            value: -0.5,
            reason: "a deviation is not above 0"
        ),
        BadNumber(
            name: "calibration/scores",
            value: .infinity,
            reason: "the calibration score at index 1 is not finite"
        ),
    ]

    @Test(arguments: badNumbers)
    func aNumberIsOneThatNoModelHas(item: BadNumber) throws {
        var content = try SmallModel.model().content()
        let tensor = try #require(content.tensors[item.name])
        var values = tensor.values
        values[1] = item.value
        content.tensors[item.name] = try Tensor(shape: tensor.shape, values: values)
        #expect(error(reading: content) == .badTensor(name: item.name, reason: item.reason))
    }

    @Test func thereAreNoScores() throws {
        var content = try SmallModel.model().content()
        content.tensors["calibration/scores"] = Tensor([])
        #expect(
            error(reading: content)
                == .badTensor(
                    name: "calibration/scores",
                    reason: "there are no normal images to calibrate on"
                )
        )
    }

    @Test func theCardIsMissing() throws {
        var content = try SmallModel.model().content()
        content.metadata["card"] = nil
        #expect(error(reading: content) == .missingMetadata(key: "card"))
    }

    @Test(
        "the card can't be understood",
        arguments: [
            "", "{}", "[]", "null", "{\"calibration\":", "\u{0}",
        ]
    )
    func theCardIsGarbled(text: String) throws {
        var content = try SmallModel.model().content()
        content.metadata["card"] = text
        guard case .badMetadata("card", let reason)? = error(reading: content) else {
            Issue.record("not refused for its card")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test("the card is cut short") func theCardIsCut() throws {
        let whole = try SmallModel.model().content()
        let text = try whole.text("card")
        for length in stride(from: 1, to: text.count, by: 97) {
            var content = whole
            content.metadata["card"] = String(text.prefix(length))
            guard case .badMetadata("card", _)? = error(reading: content) else {
                Issue.record("a card of \(length) characters is taken")
                return
            }
        }
    }

    struct BadCard: Sendable, CustomTestStringConvertible {
        let reason: String
        let change: @Sendable (inout ModelCard) -> Void

        init(_ reason: String, _ change: @escaping @Sendable (inout ModelCard) -> Void) {
            self.reason = reason
            self.change = change
        }

        var testDescription: String { reason }
    }

    static let badCards = [
        BadCard("a model needs a detector") { $0.configuration.detectors = [] },
        BadCard("encoder fine, layer 1: window must be odd") {
            $0.configuration.encoders[0].layers[0].window = 2
        },
        BadCard("reads a layer that is not there") { $0.configuration.detectors[2].layer = 9 },
        BadCard("channels must be 1 or 3, found 2") { $0.training.channels = 2 },
        BadCard("channels must be 1 or 3, found 0") { $0.training.channels = 0 },
        BadCard("channels must be 1 or 3, found -3") { $0.training.channels = -3 },
        BadCard("its detectors are not those of its declaration") { $0.detectors.removeLast() },
        BadCard("its detectors are not those of its declaration") {
            $0.detectors.append($0.detectors[0])
        },
        BadCard("detector 1 has 6 factors; its declaration allows 5") {
            $0.detectors[0].factors = 6
        },
        BadCard("detector 1 has 0 factors") { $0.detectors[0].factors = 0 },
        BadCard("its layers are not those of its encoders") { $0.layers.removeLast() },
        BadCard("its layers are not those of its encoders") { $0.layers.append($0.layers[0]) },
        BadCard("its layers are not those of its encoders") { $0.layers.swapAt(0, 1) },
        BadCard("its layers are not those of its encoders") { $0.layers[2].encoder = "fine" },
        BadCard("its layers are not those of its encoders") { $0.layers[1].inputChannels = 7 },
        BadCard("its layers are not those of its encoders") { $0.training.channels = 1 },
    ]

    @Test(arguments: badCards)
    func theCardContradictsItself(item: BadCard) throws {
        let content = try SmallModel.content(changing: item.change)
        guard case .badMetadata("card", let reason)? = error(reading: content) else {
            Issue.record("not refused for its card")
            return
        }
        #expect(reason.contains(item.reason))
    }

    @Test(
        "the grid is out of bounds",
        arguments: [
            (#""columns":3,"rows":2"#, #""columns":0,"rows":2"#),
            (#""columns":3,"rows":2"#, #""columns":3,"rows":-2"#),
            (#""columns":3,"rows":2"#, #""columns":4097,"rows":2"#),
            (#""wanted_rate":0.1"#, #""wanted_rate":0"#),
            (#""wanted_rate":0.1"#, #""wanted_rate":1"#),
        ]
    )
    func aNumberOfTheCardIsOutOfBounds(before: String, after: String) throws {
        var content = try SmallModel.model().content()
        let parts = try content.text("card").split(separator: before)
        #expect(parts.count == 2)
        content.metadata["card"] = parts.joined(separator: after)
        guard case .badMetadata("card", let reason)? = error(reading: content) else {
            Issue.record("not refused for its card")
            return
        }
        #expect(reason.contains("out of bounds") || reason.contains("false-alarm rate"))
    }

    @Test("the card declares another model than the tensors hold") func declaresOtherSizes() throws
    {
        let changes: [(String, (inout ModelCard) -> Void)] = [
            (
                "encoder/fine/layer1/atoms",
                {
                    $0.configuration.encoders[0].layers[0].atoms = 4
                    $0.layers[1].inputChannels = 8
                }
            ),
            (
                "encoder/fine/layer1/whitening_projection",
                {
                    $0.configuration.encoders[0].layers[0].window = 5
                }
            ),
            (
                "encoder/fine/layer2/whitening_projection",
                {
                    $0.configuration.encoders[0].layers[1].components = 4
                }
            ),
            ("detector/1/means", { $0.grid = PositionGrid(rows: 3, columns: 3) }),
            ("detector/1/factor_projection", { $0.detectors[0].factors = 2 }),
            ("detector/1/factor_projection", { $0.configuration.factors.cells = 3 }),
            (
                "detector/1/reduction_projection",
                {
                    $0.configuration.detectors[0].method = .positionalGaussian(dimension: 1)
                }
            ),
        ]
        for (name, change) in changes {
            let found = error(reading: try SmallModel.content(changing: change))
            guard case .wrongShape(name, _, _)? = found else {
                Issue.record("\(name): \(String(describing: found))")
                continue
            }
        }
    }
}
