import Discrimination
import Tensors
import Testing

@Suite struct ThresholdNetworkTests {
    static let valid = ThresholdNetworkConfiguration(
        inputChannels: 2,
        layers: [
            .init(window: 3, stride: 2, channels: 4), .init(window: 3, pooling: 2, channels: 5),
        ],
        readMaps: [0, 1, 2],
        gridStride: 2,
        hidden: .init(window: 1, channels: 3)
    )

    static func parameters(_ configuration: ThresholdNetworkConfiguration = valid) throws
        -> ThresholdNetworkParameters
    {
        try .random(configuration, standardization: .identity(channels: 2), seed: 1)
    }

    @Test("the output grid covers any size of input", arguments: 1...9, [1, 2, 5, 8])
    func anySizeWorks(height: Int, width: Int) throws {
        let network = ThresholdNetwork(parameters: try Self.parameters(), kernels: .best)
        let map = randomMap(height: height, width: width, channels: 2, seed: 1)
        let logits = network.logits(of: map)
        #expect(logits.rows == (height + 1) / 2 && logits.columns == (width + 1) / 2)
        #expect(logits.elements.allSatisfy { $0.isFinite })
        let target = Matrix(rows: logits.rows, columns: logits.columns, repeating: 1)
        let example = TrainingExample(input: map, target: target)
        let gradient = network.gradient(over: [example], NetworkLoss()).gradient
        #expect(gradient.flattened.allSatisfy { $0.isFinite })
        #expect(gradient.offset < 0)
    }

    @Test("memory that is used again leaves no trace in results")
    func reuseLeavesNoTrace() throws {
        let parameters = try Self.parameters()
        let used = ThresholdNetwork(parameters: parameters, kernels: .best)
        for seed in 1...4 as ClosedRange<UInt64> {
            let size = 12 + Int(seed % 2)
            let map = randomMap(height: size, width: 14, channels: 2, seed: seed)
            let fresh = ThresholdNetwork(parameters: parameters, kernels: .best)
            let (rows, columns) = Self.valid.outputSize(height: size, width: 14)
            let example = TrainingExample(
                input: map,
                target: Matrix(rows: rows, columns: columns, repeating: 0.5)
            )
            #expect(used.logits(of: map) == fresh.logits(of: map))
            let gradients = [used, fresh].map { $0.gradient(over: [example], NetworkLoss()) }
            #expect(gradients[0].gradient == gradients[1].gradient)
            #expect(used.codes(of: map) == fresh.codes(of: map))
            #expect(used.features(of: map) == fresh.features(of: map))
        }
    }

    @Test func featuresTimesReadoutAreTheLogits() throws {
        let parameters = try Self.parameters()
        let network = ThresholdNetwork(parameters: parameters, kernels: .best)
        let map = randomMap(height: 9, width: 8, channels: 2, seed: 6)
        let features = network.features(of: map)
        #expect(features.channels == Self.valid.features)
        let logits = network.logits(of: map)
        for place in logits.elements.indices {
            let values = features.elements[
                place * features.channels..<(place + 1) * features.channels
            ]
            let sum = zip(values, parameters.readout).reduce(parameters.offset) { $0 + $1.0 * $1.1 }
            #expect(abs(sum - logits.elements[place]) < 1e-5)
        }
    }

    @Test func aLayerIsFilterThenThreshold() throws {
        let configuration = ThresholdNetworkConfiguration(
            inputChannels: 1,
            layers: [.init(window: 1, channels: 2)],
            readMaps: [1],
            gridStride: 1
        )
        let layer = try ThresholdLayerParameters(
            kernels: Matrix(rows: 2, columns: 1, elements: [1, -1]),
            penalties: [0.5, 0.25]
        )
        let parameters = try ThresholdNetworkParameters(
            configuration: configuration,
            standardization: InputStandardization(mean: [1], deviation: [2]),
            layers: [layer],
            readout: [2, 3],
            offset: 0.125
        )
        let network = ThresholdNetwork(parameters: parameters, kernels: .best)
        let map = try FeatureMap(height: 1, width: 3, channels: 1, elements: [3, 1, -1])
        // Standardised: 1, 0, -1.
        #expect(network.codes(of: map)[0].elements == [0.5, 0, 0, 0, 0, 0.75])
        #expect(network.logits(of: map).elements == [1.125, 0.125, 2.375])
    }

    @Test func givenLayersAreKept() throws {
        let kernels = Matrix(rows: 4, columns: 18, repeating: 0.5)
        let given = try ThresholdLayerParameters(kernels: kernels, penalties: [1, 2, 3, 4])
        let parameters = try ThresholdNetworkParameters.random(
            Self.valid,
            standardization: .identity(channels: 2),
            given: [0: given],
            penalty: 0.25,
            seed: 9
        )
        #expect(parameters.layers[0] == given)
        #expect(parameters.layers[1].penalties == [0.25, 0.25, 0.25, 0.25, 0.25])
        let other = try Self.parameters()
        let again = try ThresholdNetworkParameters.random(
            Self.valid,
            standardization: .identity(channels: 2),
            penalty: 0.25,
            seed: 9
        )
        // Each layer has a stream of its own: what is given does not move the others.
        #expect(again.layers[1] == parameters.layers[1])
        #expect(other.layers[1] != parameters.layers[1])
    }

    @Test func randomKernelsHaveTheVarianceOfTheirDepth() throws {
        var configuration = Self.valid
        configuration.layers[0].channels = 400
        let elements = try Self.parameters(configuration).layers[0].kernels.elements
        let squares = elements.reduce(0) { $0 + Double($1) * Double($1) }
        #expect(abs(squares / Double(elements.count) * 18 - 2) < 0.15)
    }

    @Test func parametersSurviveFlattening() throws {
        let parameters = try Self.parameters()
        let flattened = parameters.flattened
        #expect(flattened.count == ParameterLayout(Self.valid).count)
        #expect(parameters.replacing(flattened) == parameters)
        let numbers = flattened.indices.map { Float($0) }
        #expect(parameters.replacing(numbers).flattened == numbers)
    }

    @Test func configurationSurvivesJSON() throws {
        #expect(try throughJSON(Self.valid) == Self.valid)
        let standardization = InputStandardization(mean: [1, 2], deviation: [3, 4])
        #expect(try throughJSON(standardization) == standardization)
    }

    @Test func refusesDeclarationsThatMakeNoNetwork() throws {
        let bad: [(inout ThresholdNetworkConfiguration) -> Void] = [
            { $0.inputChannels = 0 }, { $0.layers[0].window = 2 }, { $0.layers[0].window = 33 },
            { $0.layers[1].stride = 0 }, { $0.layers[1].dilation = 0 },
            { $0.layers[1].pooling = 0 }, { $0.layers[0].channels = 0 }, { $0.gridStride = 0 },
            { $0.gridStride = 3 }, { $0.readMaps = [] }, { $0.readMaps = [0, 3] },
            { $0.readMaps = [0, 1] }, { $0.readMaps = [2, 2] }, { $0.readMaps = [-1, 2] },
            { $0.layers[0].stride = 65 },
            {
                let layer = ThresholdLayerConfiguration(
                    window: 1,
                    stride: 64,
                    pooling: 64,
                    channels: 1
                )
                $0.layers = Array(repeating: layer, count: 60)
                $0.readMaps = [60]
            },
            { $0.hidden?.stride = 2 }, { $0.hidden?.pooling = 2 }, { $0.hidden?.channels = -1 },
        ]
        #expect(Self.valid.problem == nil)
        for change in bad {
            var configuration = Self.valid
            change(&configuration)
            #expect(configuration.problem != nil)
            #expect(throws: ThresholdNetworkError.self) { try Self.parameters(configuration) }
        }
    }

    @Test func refusesNumbersThatDoNotFit() throws {
        let good = try Self.parameters()
        let bad: [(inout ThresholdNetworkParameters) -> Void] = [
            { $0.readout.removeLast() }, { $0.offset = .nan }, { $0.readout[0] = .infinity },
            { $0.layers.removeLast() }, { $0.layers[0].penalties.append(1) },
            { $0.layers[0].penalties[1] = -0.1 }, { $0.layers[1].kernels[0, 0] = .nan },
            { $0.layers[0].kernels = Matrix(rows: 4, columns: 17) },
            { $0.standardization.deviation[0] = 0 }, { $0.standardization.mean.removeLast() },
        ]
        for change in bad {
            var parameters = good
            change(&parameters)
            #expect(parameters.problem != nil)
            #expect(throws: ThresholdNetworkError.self) {
                try ThresholdNetworkParameters(
                    configuration: parameters.configuration,
                    standardization: parameters.standardization,
                    layers: parameters.layers,
                    readout: parameters.readout,
                    offset: parameters.offset
                )
            }
        }
        var free = Self.valid
        free.layers[0].keepsPrior = false
        var parameters = try Self.parameters(free)
        parameters.layers[0].penalties[1] = -0.1
        #expect(parameters.problem == nil)
        #expect(throws: ShapeError.self) {
            try ThresholdLayerParameters(kernels: Matrix(rows: 2, columns: 3), penalties: [1])
        }
    }

    @Test func standardizationMeasuresMeanAndDeviation() throws {
        let first = try FeatureMap(height: 1, width: 2, channels: 2, elements: [1, 5, 3, 5])
        let second = try FeatureMap(height: 2, width: 1, channels: 2, elements: [5, 5, 7, 5])
        let measured = InputStandardization(measuring: [first, second])
        #expect(measured.mean == [4, 5])
        #expect(abs(measured.deviation[0] - Float(5).squareRoot()) < 1e-6)
        // A channel that never changes is only shifted.
        #expect(measured.deviation[1] == 1)
        let applied = measured.apply(to: first)
        #expect(abs(applied[0, 0, 0] + 3 / Float(5).squareRoot()) < 1e-6)
        #expect(applied[0, 1, 1] == 0)
    }
}
