import Discrimination
import ModelFile
import Scoring
import Tensors
import Testing

@Suite struct StoredNetworkTests {
    static let declared = ThresholdNetworkConfiguration(
        inputChannels: 3,
        layers: [
            ThresholdLayerConfiguration(window: 3, stride: 2, channels: 4),
            ThresholdLayerConfiguration(window: 1, channels: 2),
        ],
        readMaps: [1, 2],
        gridStride: 2
    )

    static func network() throws -> NetworkDetector {
        let model = try SmallModel.parameters()
        let start = try ThresholdNetworkParameters.random(
            declared,
            standardization: .identity(channels: 3),
            penalty: 0.25,
            seed: 5
        )
        return NetworkDetector(
            configuration: .init(
                network: declared,
                pixels: 1024,
                imageNormalization: 0.02,
                startedFrom: "fine"
            ),
            parameters: start,
            calibration: model.calibrations[0],
            course: .init(
                images: 12,
                validationImages: 2,
                steps: 40,
                ending: .patience,
                losses: [0.7, 1 / 3],
                validations: [],
                bestStep: 20,
                dependsOnTime: true
            )
        )
    }

    static func model() throws -> StoredModel {
        let model = try SmallModel.parameters()
        // The head reads the network's map too.
        let head = MapHead(
            weights: [Float](repeating: 0.5, count: MapHead.featureCount(maps: 5)),
            intercept: -4,
            center: -5,
            spread: 1.5,
            certificate: StoredHeadTests.head.certificate
        )
        return try SmallModel.model(
            of: ModelParameters(
                configuration: model.configuration,
                channels: model.channels,
                grid: model.grid,
                layers: model.layers,
                detectors: model.detectors,
                calibrations: model.calibrations,
                conformal: model.conformal,
                head: head,
                network: try network()
            )
        )
    }

    @Test func comesBackBitForBit() throws {
        let model = try Self.model()
        let read = try StoredModel(model.content())
        #expect(read == model)
        #expect(read.parameters.network == (try Self.network()))
        #expect(read.parameters.mapNames.last == "network")
        #expect(read.card.network?.course.dependsOnTime == true)
    }

    static let tensorNames = [
        "network/layer1/kernels", "network/layer1/penalties", "network/layer2/kernels",
        "network/layer2/penalties", "network/readout", "network/offset", "network/normal_mean",
        "network/normal_deviation",
    ]

    @Test(arguments: tensorNames)
    func aTensorIsMissingOrOfAnotherLength(name: String) throws {
        var content = try Self.model().content()
        let tensor = try #require(content.tensors[name])
        content.tensors[name] = nil
        #expect(throws: ModelFileError.missingTensor(name: name)) { try StoredModel(content) }
        let row = tensor.values.count / tensor.shape[0]
        content.tensors[name] = try Tensor(
            shape: [tensor.shape[0] + 1] + tensor.shape.dropFirst(),
            values: tensor.values + tensor.values.prefix(row)
        )
        do throws(ModelFileError) {
            _ = try StoredModel(content)
            Issue.record("not refused")
        } catch {
            guard case .wrongShape(name, _, _) = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test(arguments: [
        ("network/layer1/penalties", Float(-1e-6), "a penalty is negative"),
        ("network/layer2/penalties", .nan, "a penalty is negative"),
        ("network/normal_deviation", 0, "a deviation is not above 0"),
        ("network/readout", .infinity, "a number of the read-out is not finite"),
    ])
    func aNumberIsOneThatNoModelHas(name: String, value: Float, reason: String) throws {
        var content = try Self.model().content()
        let tensor = try #require(content.tensors[name])
        var values = tensor.values
        values[0] = value
        content.tensors[name] = try Tensor(shape: tensor.shape, values: values)
        #expect(throws: ModelFileError.badTensor(name: name, reason: reason)) {
            try StoredModel(content)
        }
    }

    @Test(
        "the card declares a network that can't be",
        arguments: [
            (#""gridStride":2"#, #""gridStride":0"#, "gridStride must be in"),
            (#""inputChannels":3"#, #""inputChannels":1"#, "reads 1 channels"),
            (#""channels":4"#, #""channels":99999"#, "channels must be in 1...16384"),
        ]
    )
    func theCardIsWrong(before: String, after: String, reason: String) throws {
        var content = try Self.model().content()
        let text = try content.text("card")
        // What comes before the network's own part stays.
        let parts = text.split(separator: #""network":{"#, maxSplits: 1)
        try #require(parts.count == 2 && parts[1].contains(before))
        content.metadata["card"] =
            parts[0] + #""network":{"#
            + parts[1].split(separator: before, omittingEmptySubsequences: false)
            .joined(separator: after)
        guard case .badMetadata("card", let found)? = Self.error(content) else {
            Issue.record("not refused for its card")
            return
        }
        #expect(found.contains(reason))
    }

    private static func error(_ content: SafeTensors) -> ModelFileError? {
        do throws(ModelFileError) {
            _ = try StoredModel(content)
            return nil
        } catch {
            return error
        }
    }
}
