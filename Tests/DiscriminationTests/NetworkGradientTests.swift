import Discrimination
import Tensors
import Testing

/// A network and a loss whose gradient is compared with differences.
struct GradientCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let network: ThresholdNetworkConfiguration
    let loss: NetworkLoss

    init(
        _ name: String,
        layers: [ThresholdLayerConfiguration],
        readMaps: [Int],
        gridStride: Int,
        enlargement: ThresholdNetworkConfiguration.Enlargement = .bilinear,
        hidden: ThresholdLayerConfiguration? = nil,
        loss: NetworkLoss = NetworkLoss()
    ) {
        testDescription = name
        network = ThresholdNetworkConfiguration(
            inputChannels: 2,
            layers: layers,
            readMaps: readMaps,
            gridStride: gridStride,
            enlargement: enlargement,
            hidden: hidden
        )
        self.loss = loss
    }

    static let all = [
        GradientCase(
            "windows of 1, 3, 5 and 7 with strides",
            layers: [
                .init(window: 7, stride: 2, channels: 4), .init(window: 5, channels: 5),
                .init(window: 3, stride: 2, channels: 6), .init(window: 1, channels: 4),
            ],
            readMaps: [1, 2, 3, 4],
            gridStride: 4
        ),
        GradientCase(
            "zero borders, dilation and pooling",
            layers: [
                .init(window: 3, dilation: 3, pooling: 2, channels: 6, border: .zero),
                .init(window: 5, stride: 2, dilation: 2, channels: 5, border: .zero),
            ],
            readMaps: [0, 1, 2],
            gridStride: 2
        ),
        GradientCase(
            "reflected dilation, nearest enlargement",
            layers: [
                .init(window: 3, stride: 2, dilation: 2, channels: 6),
                .init(window: 3, stride: 3, pooling: 2, channels: 5),
            ],
            readMaps: [2, 1],
            gridStride: 2,
            enlargement: .nearest
        ),
        GradientCase(
            "hidden layer, free penalties",
            layers: [.init(window: 3, stride: 4, channels: 6, keepsPrior: false)],
            readMaps: [1, 0],
            gridStride: 2,
            hidden: .init(window: 3, dilation: 2, channels: 7, keepsPrior: false)
        ),
        GradientCase(
            "focal loss, top mean, prior",
            layers: [.init(window: 3, stride: 2, channels: 6), .init(window: 3, channels: 5)],
            readMaps: [1, 2],
            gridStride: 2,
            hidden: .init(window: 1, channels: 6),
            loss: NetworkLoss(
                positiveWeight: 3,
                focalExponent: 2,
                imageWeight: 0.7,
                imagePooling: .topMean(share: 0.2),
                rates: [[0.5], [], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]]
            )
        ),
        GradientCase(
            "smooth maximum",
            layers: [.init(window: 3, stride: 2, channels: 6)],
            readMaps: [1],
            gridStride: 4,
            loss: NetworkLoss(
                focalExponent: 0.5,
                imageWeight: 2,
                imagePooling: .logMeanExp(sharpness: 3)
            )
        ),
        GradientCase("no layer at all", layers: [], readMaps: [0], gridStride: 2),
        GradientCase(
            "hidden layer on the input",
            layers: [],
            readMaps: [0],
            gridStride: 1,
            hidden: .init(window: 5, channels: 6)
        ),
    ]
}

@Suite struct NetworkGradientTests {
    static func example(_ configuration: ThresholdNetworkConfiguration, seed: UInt64)
        -> TrainingExample
    {
        let input = randomMap(height: 15, width: 19, channels: 2, seed: seed)
        let (rows, columns) = configuration.outputSize(height: 15, width: 19)
        var generator = SeededGenerator(seed: seed, stream: 1)
        var target = Matrix(rows: rows, columns: columns)
        var weight = target
        for index in target.elements.indices {
            target.elements[index] = Float(max(0, generator.next(in: -1...1)))
            weight.elements[index] = Float(generator.next(in: 0...2))
        }
        return TrainingExample(input: input, target: target, weight: weight)
    }

    @Test(
        "gradients agree with central differences, block by block",
        arguments: GradientCase.all,
        [1, 2] as [UInt64]
    )
    func agreesWithDifferences(tested: GradientCase, seed: UInt64) throws {
        let configuration = tested.network
        #expect(configuration.problem == nil)
        #expect(tested.loss.problem(for: configuration) == nil)
        let start = try ThresholdNetworkParameters.random(
            configuration,
            standardization: InputStandardization(mean: [0.1, -0.2], deviation: [0.8, 1.5]),
            penalty: 0.05,
            seed: seed
        )
        let example = Self.example(configuration, seed: seed)
        let network = ThresholdNetwork(parameters: start, kernels: .best)
        let gradient = network.gradient(over: [example], tested.loss).gradient.flattened
        let layout = ParameterLayout(configuration)
        let blocks =
            layout.kernels + layout.penalties
            + [layout.readout, layout.offset..<layout.offset + 1]
        for block in blocks {
            // Along the gradient itself, so that every entry counts and nothing cancels.
            let norm = block.reduce(0) { $0 + Double(gradient[$1]) * Double(gradient[$1]) }
                .squareRoot()
            #expect(norm > 1e-4, "the block \(block) has no gradient to compare")
            let size = 1e-3
            func value(_ sign: Double) -> Double {
                var moved = start.flattened
                for index in block {
                    moved[index] += Float(sign * size * Double(gradient[index]) / norm)
                }
                return ThresholdNetwork(parameters: start.replacing(moved), kernels: .best)
                    .loss(of: example, tested.loss).total
            }
            let difference = (value(1) - value(-1)) / (2 * size)
            #expect(abs(difference - norm) < 1e-2 * norm + 1e-4, "block \(block)")
        }
    }

    @Test("the gradient of each penalty and read-out weight agrees with differences")
    func agreesEntryByEntry() throws {
        let tested = GradientCase.all[4]
        let start = try ThresholdNetworkParameters.random(
            tested.network,
            standardization: .identity(channels: 2),
            penalty: 0.05,
            seed: 3
        )
        let example = Self.example(tested.network, seed: 3)
        let network = ThresholdNetwork(parameters: start, kernels: .best)
        let gradient = network.gradient(over: [example], tested.loss).gradient.flattened
        let layout = ParameterLayout(tested.network)
        for index in layout.penalties.flatMap({ Array($0) }) + Array(layout.readout) {
            func value(_ step: Float) -> Double {
                var moved = start.flattened
                moved[index] += step
                return ThresholdNetwork(parameters: start.replacing(moved), kernels: .best)
                    .loss(of: example, tested.loss).total
            }
            let difference = (value(5e-4) - value(-5e-4)) / 1e-3
            let slope = Double(gradient[index])
            #expect(abs(difference - slope) < 1e-3 + 1e-2 * abs(slope))
        }
    }

    @Test func gradientOverExamplesIsTheMean() throws {
        let configuration = GradientCase.all[0].network
        let start = try ThresholdNetworkParameters.random(
            configuration,
            standardization: .identity(channels: 2),
            seed: 4
        )
        let network = ThresholdNetwork(parameters: start, kernels: .best)
        let examples = [1, 2, 3].map { Self.example(configuration, seed: $0) }
        let together = network.gradient(over: examples, NetworkLoss())
        let apart = examples.map { network.gradient(over: [$0], NetworkLoss()) }
        let mean = apart[0].gradient.flattened.indices.map { index in
            apart.reduce(0) { $0 + Double($1.gradient.flattened[index]) } / 3
        }
        #expect(largestDifference(together.gradient.flattened, mean) < 1e-6)
        let total = apart.reduce(0) { $0 + $1.loss.total } / 3
        #expect(abs(together.loss.total - total) < 1e-6)
    }
}
