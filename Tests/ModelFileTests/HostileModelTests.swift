import Discrimination
import ModelFile
import Scoring
import SparseCoding
import Testing

/// Models that somebody made to do harm, or that another program wrote wrongly.
@Suite struct HostileModelTests {
    /// Why a model is refused, or nil.
    private func error(reading content: SafeTensors) -> ModelFileError? {
        do throws(ModelFileError) {
            _ = try StoredModel(content)
            return nil
        } catch {
            return error
        }
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let reason: String
        let change: @Sendable (inout ModelCard) -> Void

        init(_ reason: String, _ change: @escaping @Sendable (inout ModelCard) -> Void) {
            self.reason = reason
            self.change = change
        }

        var testDescription: String { reason }
    }

    static let changes = [
        Change("density must be in 0...1, found 1.5") { $0.layers[1].density = 1.5 },
        Change("density must be in 0...1, found -0.25") { $0.layers[0].density = -0.25 },
        Change("kept_variance must be in 0...1, found 2.0") { $0.layers[2].keptVariance = 2 },
        Change("kept_variance must be in 0...1, found -1.0") { $0.detectors[1].keptVariance = -1 },
        Change("factor_variance must be in 0...1, found 7.0") {
            $0.detectors[0].factorVariance = 7
        },
        Change("its detectors are not those of its declaration") {
            $0.detectors[0].name = "fine/layer2/nothing"
        },
        Change("its detectors are not those of its declaration") { $0.detectors.swapAt(0, 1) },
        Change("reads an encoder that is not there") {
            $0.configuration.detectors[0].encoder = "other"
        },
        Change("it can't be of 0 images with 1 skipped") { $0.training.images = 0 },
        Change("it can't be of 30 images with -1 skipped") { $0.training.skipped = -1 },
        Change("a width and a height above 0") { $0.training.smallest = [] },
        Change("a width and a height above 0") { $0.training.smallest = [40] },
        Change("a width and a height above 0") { $0.training.largest = [40, -30] },
        Change("aspect must be above 0, found 0.0") { $0.training.aspect = 0 },
        Change("an encoder's name must have at most 100 bytes and no control characters") {
            $0.configuration.encoders[0].name = "a\u{1B}[2J"
        },
        Change("an encoder's name must have at most 100 bytes and no control characters") {
            $0.configuration.encoders[0].name = String(repeating: "x", count: 101)
        },
        // Files of some hundred kilobytes, whose first image would take terabytes.
        Change("encoder fine, layer 1: an image would take") {
            $0.configuration.encoders[0].pixels = 1 << 26
            $0.configuration.encoders[0].layers[0].stride = 1
            $0.configuration.encoders[0].layers[0].pooling = 1
            $0.configuration.encoders[0].layers[0].atoms = 16384
        },
        Change("encoder fine, layer 2: an image would take") {
            $0.configuration.encoders[0].pixels = 1 << 26
            $0.configuration.encoders[0].layers[1].atoms = 16384
        },
        Change("window must be odd and in 1...63, found 9223372036854775807") {
            $0.configuration.encoders[0].layers[0].window = .max
        },
        Change("stride must be in 1...64, found -9223372036854775808") {
            $0.configuration.encoders[0].layers[0].stride = .min
        },
        Change("positions must be in 16...65536, found 9223372036854775807") {
            $0.configuration.positions = .max
        },
        Change("factors must be in 0...256, found 9223372036854775807") {
            $0.configuration.factors.count = .max
        },
    ]

    @Test(arguments: changes)
    func theCardIsRefused(item: Change) throws {
        let found = error(reading: try SmallModel.content(changing: item.change))
        guard case .badMetadata("card", let reason)? = found else {
            Issue.record("not refused for its card: \(String(describing: found))")
            return
        }
        #expect(reason.contains(item.reason))
    }

    @Test(
        "a number of the network's card is absurd",
        arguments: [
            (#""pixels":1024,"started"#, #""pixels":67108864,"started"#, "an image would take"),
            (#""gridStride":2"#, #""gridStride":0"#, "gridStride must be in 1...1024, found 0"),
            (#""inputChannels":3"#, #""inputChannels":-3"#, "inputChannels must be in 1...16384"),
            (#""readMaps":[1,2]"#, #""readMaps":[1,9]"#, "readMaps must be in 0...2, found 9"),
        ]
    )
    func theNetworkIsRefused(before: String, after: String, wanted: String) throws {
        let model = try StoredNetworkTests.model()
        var card = model.card
        if wanted.hasPrefix("an image") {
            card.network?.configuration.network.layers[0].stride = 1
            card.network?.configuration.network.layers[0].channels = 16384
            card.network?.configuration.network.gridStride = 1
        }
        var content = try StoredModel(parameters: model.parameters, card: card).content()
        let parts = try content.text("card").split(separator: before)
        #expect(parts.count == 2)
        content.metadata["card"] = parts.joined(separator: after)
        guard case .badMetadata("card", let reason)? = error(reading: content) else {
            Issue.record("not refused for its card")
            return
        }
        #expect(reason.contains(wanted))
    }

    @Test(
        "a number or a name of the card is changed in its text",
        arguments: [
            (#""density":0.33333334"#, #""density":1e999"#, "it is not the JSON of a card"),
            (#""density":0.33333334"#, #""density":NaN"#, "it is not the JSON of a card"),
            (#""density":0.33333334"#, #""density":"1""#, "at \"layers\""),
            (#""grid":"#, #""gird":"#, "it lacks \"grid\""),
            (#""seed":"#, #""seed":3,"seed":"#, "\"seed\" is repeated"),
            (#""rows":2"#, #""rows":9,"rows":2"#, "\"rows\" is repeated"),
            (
                #""rows":2"#, #""\u0072ows":2"#,
                #""\u0072ows" is repeated or written with an escape"#
            ),
            (#""count":30"#, #""count":31"#, "it speaks of 31 scores and there are 30"),
            (#""guaranteed_rate":"#, #""guaranteed_rate":7,"was":"#, "must be in 0...1, found 7"),
        ]
    )
    func theTextIsRefused(before: String, after: String, wanted: String) throws {
        var content = try SmallModel.model().content()
        var text = try content.text("card")
        text.replaceSubrange(try #require(text.firstRange(of: before)), with: after)
        content.metadata["card"] = text
        guard case .badMetadata("card", let reason)? = error(reading: content) else {
            Issue.record("not refused for its card")
            return
        }
        #expect(reason.contains(wanted))
    }

    @Test func theThresholdIsNoScore() throws {
        let other = try SmallModel.model()
        let content = try SmallModel.content {
            let scores = other.parameters.conformal.scores.map { $0 + 1000 }
            if let conformal = try? ConformalCalibration(scores: scores) {
                $0.calibration.threshold = conformal.threshold(falseAlarmRate: 0.1)
            }
        }
        guard case .badMetadata("card", let reason)? = error(reading: content) else {
            Issue.record("not refused for its threshold")
            return
        }
        #expect(reason.contains("is none of the scores"))
    }

    @Test(
        "a tensor that no model has",
        arguments: [
            "other", "head/weights", "detector/5/means", "detector/3/exemplars", "network/readout",
            "encoder/fine/layer3/atoms", "a\u{1B}[2J",
        ]
    )
    func aTensorIsUnknown(name: String) throws {
        var content = try SmallModel.model().content()
        content.tensors[name] = Tensor([1])
        #expect(
            error(reading: content)
                == .badTensor(name: name, reason: "no model has one of this name")
        )
    }

    @Test("more components than there are channels", arguments: [5, 512])
    func aReductionIsWide(rows: Int) throws {
        var content = try SmallModel.content {
            $0.configuration.detectors[0].method = .positionalGaussian(dimension: 512)
        }
        let name = "detector/1/reduction_projection"
        content.tensors[name] = try Tensor(
            shape: [rows, 4],
            values: [Float](repeating: 1, count: rows * 4)
        )
        #expect(
            error(reading: content)
                == .wrongShape(name: name, expected: [4, 4], actual: [rows, 4])
        )
    }

    @Test func thereAreMoreExemplarsThanDeclared() throws {
        var content = try SmallModel.model().content()
        let name = "detector/2/exemplars"
        content.tensors[name] = try Tensor(
            shape: [6, 3],
            values: [Float](repeating: 1, count: 18)
        )
        #expect(
            error(reading: content) == .wrongShape(name: name, expected: [5, 3], actual: [6, 3])
        )
    }

    @Test(
        "what a file says of itself neither fills nor steers a terminal",
        arguments: ["\u{1B}[2J", "\u{9B}2J", "\n", "\u{202E}", "e\u{301}", "x"]
    )
    func reasonsAreShortAndPrintable(text: String) throws {
        let name = String(repeating: text, count: 10_000)
        let errors: [ModelFileError] = [
            .notAModel(reason: name), .unsupportedVersion(found: name, supported: 1),
            .digestMismatch(expected: name, actual: name), .invalidHeader(reason: name),
            .badTensor(name: name, reason: name), .missingTensor(name: name),
            .wrongShape(name: name, expected: [nil, 2], actual: [1, 2]),
            .missingMetadata(key: name), .badMetadata(key: name, reason: name),
        ]
        for error in errors {
            let line = error.description
            #expect(line.unicodeScalars.count < 6000)
            #expect(
                line.unicodeScalars.allSatisfy {
                    ![.control, .format].contains($0.properties.generalCategory)
                }
            )
        }
    }
}
