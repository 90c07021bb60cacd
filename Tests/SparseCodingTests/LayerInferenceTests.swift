import SparseCoding
import Tensors
import Testing

/// Layers with stronger inference, energy, and layers learned for them.
@Suite struct LayerInferenceTests {
    static func configuration(
        _ inference: Inference,
        components: Int? = 11,
        signed: Bool = true,
        pooling: Int = 1
    ) -> LayerConfiguration {
        LayerConfiguration(
            window: 3,
            stride: 2,
            contrast: 1e-2,
            components: components,
            atoms: 20,
            signed: signed,
            pooling: pooling,
            inference: inference
        )
    }

    /// The whitened patches of a map, in double precision and rounded.
    static func patches(of map: FeatureMap, _ parameters: LayerParameters) -> Matrix {
        let reference = ReferenceLayer(parameters: parameters)
        var rows: [[Float]] = []
        for y in stride(from: 0, to: map.height, by: parameters.configuration.stride) {
            for x in stride(from: 0, to: map.width, by: parameters.configuration.stride) {
                let window = parameters.configuration.window
                let patch = ReferenceKernels.patch(of: map, row: y, column: x, window: window)
                rows.append(reference.whitened(patch).map(Float.init))
            }
        }
        return Matrix(
            rows: rows.count,
            columns: parameters.dictionary.components,
            filledWith: rows.flatMap { $0 }
        )
    }

    static func coder(_ parameters: LayerParameters) -> SparseCoder {
        SparseCoder(
            dictionary: parameters.dictionary,
            penalties: parameters.penalties,
            inference: parameters.configuration.inference,
            signed: parameters.configuration.signed,
            kernels: .best
        )
    }

    static let methods: [Inference] = [
        .thresholding, .fista(iterations: 15), .ista(iterations: 5, tolerance: 1e-3),
        .omp(nonzeroLimit: 3), .lca(steps: 12),
    ]

    @Test(arguments: methods, [(false, 11), (true, nil), (true, 11)] as [(Bool, Int?)])
    func codesAndErrorsAreThoseOfTheCoder(inference: Inference, setting: (Bool, Int?)) {
        let (signed, components) = setting
        let parameters = randomParameters(
            Self.configuration(inference, components: components, signed: signed),
            inputChannels: 2,
            seed: 301
        )
        // More windows in a row than the coder takes at once.
        let map = randomMap(height: 5, width: 151, channels: 2, seed: 302)
        let response = Layer(parameters: parameters, kernels: .best).encode(map)
        let patches = Self.patches(of: map, parameters)
        let coder = Self.coder(parameters)
        let codes = coder.encode(patches)
        #expect(
            largestDifference(response.codes.elements, codes.elements.map(Double.init)) < 2e-3
        )
        #expect(response.energy == nil)
        if inference == .thresholding { return }
        let problem = CodingProblem(coder)
        let wanted = (0..<patches.rows).map { problem.squaredError(patches.row($0), codes.row($0)) }
        #expect(largestDifference(response.reconstructionError.elements, wanted) < 5e-3)
    }

    @Test(
        "energy is error / (2 noise variance) + sum of rate times code",
        arguments: methods,
        [false, true]
    )
    func energyIsTheNegativeLogPosterior(inference: Inference, signed: Bool) {
        let samples = randomMatrix(rows: 800, columns: 18, seed: 303)
        let parameters = LayerParameters(
            learning: Self.configuration(inference, signed: signed, pooling: 2),
            inputChannels: 2,
            samples: samples,
            seed: 1,
            kernels: .best
        )
        let map = randomMap(height: 9, width: 11, channels: 2, seed: 304)
        let layer = Layer(parameters: parameters, kernels: .best)
        let response = layer.encode(map, includingEnergy: true)
        let patches = Self.patches(of: map, parameters)
        let coder = Self.coder(parameters)
        let codes = coder.encode(patches)
        let problem = CodingProblem(coder)
        let wanted = (0..<patches.rows).map { row in
            let error = problem.squaredError(patches.row(row), codes.row(row))
            return codes.row(row).enumerated().reduce(
                error / (2 * Double(parameters.noiseVariance))
            ) { $0 + Double(parameters.rates[$1.offset % 20]) * Double($1.element) }
        }
        let energies = response.energy?.elements ?? []
        let ratios = zip(energies, wanted).map { Float(Double($0) / $1) }
        #expect(ratios.count == 30)
        #expect(largestDifference(ratios, [Double](repeating: 1, count: ratios.count)) < 2e-3)
        // Asking for it changes nothing else.
        let plain = layer.encode(map)
        #expect(plain.codes == response.codes)
        #expect(plain.reconstructionError == response.reconstructionError)
    }

    @Test(arguments: methods, [false, true])
    func learnedNoiseAndRatesAreThoseOfTheCodes(inference: Inference, signed: Bool) {
        let samples = randomMatrix(rows: 1500, columns: 18, seed: 305)
        let parameters = LayerParameters(
            learning: Self.configuration(inference, components: nil, signed: signed),
            inputChannels: 2,
            samples: samples,
            seed: 2,
            kernels: .best
        )
        #expect(parameters.whitening == nil)
        #expect(parameters.dictionary.components == 18)
        let coder = Self.coder(parameters)
        let codes = coder.encode(samples)
        let problem = CodingProblem(coder)
        let error = (0..<1500).reduce(0.0) {
            $0 + problem.squaredError(samples.row($1), codes.row($1))
        }
        #expect(abs(Double(parameters.noiseVariance) / (error / 1500 / 18) - 1) < 1e-4)
        for atom in 0..<20 {
            let sum = (0..<1500).reduce(0.0) {
                $0 + Double(codes[$1, atom]) + (signed ? Double(codes[$1, 20 + atom]) : 0)
            }
            #expect(abs(Double(parameters.rates[atom]) * sum / 1500 - 1) < 1e-4)
        }
        let active = codes.elements.count { $0 > 0 }
        #expect(abs(Double(parameters.density) - Double(active) / 30_000) < 1e-6)
    }

    @Test("a layer's trace is that of its coder on the windows asked for", arguments: methods)
    func tracesTheWindowsAskedFor(inference: Inference) {
        let parameters = randomParameters(
            Self.configuration(inference, pooling: 2),
            inputChannels: 2,
            seed: 308
        )
        let map = randomMap(height: 9, width: 15, channels: 2, seed: 309)
        // 5 x 8 windows.
        let patches = Self.patches(of: map, parameters)
        let wanted = [1, 2].flatMap { row in (3..<6).map { patches.row(row * 8 + $0) } }
        let expected = Self.coder(parameters).trace(
            Matrix(
                rows: 6,
                columns: patches.columns,
                filledWith: wanted.flatMap { $0 }
            )
        )
        let found = Layer(parameters: parameters, kernels: .best)
            .trace(map, rows: 1..<3, columns: 3..<6)
        #expect(found.count == expected.count)
        for (one, other) in zip(found, expected) {
            #expect(abs(one - other / 6) < 1e-3 * other / 6)
        }
    }

    @Test("stronger inference explains more with the same dictionary and penalties")
    func moreIterationsLowerTheObjective() {
        let configuration = Self.configuration(.thresholding)
        let map = randomMap(height: 20, width: 20, channels: 2, seed: 306)
        let energies = [Inference.thresholding, .fista(iterations: 3), .fista(iterations: 30)].map {
            inference in
            var changed = configuration
            changed.inference = inference
            let parameters = randomParameters(changed, inputChannels: 2, seed: 307)
            let coder = Self.coder(parameters)
            let patches = Self.patches(of: map, parameters)
            return coder.objective(of: coder.encode(patches), for: patches).reduce(0, +)
        }
        #expect(energies[0] > energies[1] * 1.05 && energies[1] > energies[2])
    }

    @Test("a layer of one unit step is the ReLU layer, to the bit", arguments: [false, true])
    func oneUnitStepIsTheReLULayer(signed: Bool) {
        let map = randomMap(height: 13, width: 17, channels: 2, seed: 310)
        let codes = [Inference.thresholding, .ista(iterations: 1, step: 1)].map { inference in
            let configuration = Self.configuration(inference, signed: signed, pooling: 2)
            let parameters = randomParameters(configuration, inputChannels: 2, seed: 311)
            return Layer(parameters: parameters, kernels: .best).encode(map).codes
        }
        #expect(codes[0] == codes[1])
        #expect(codes[0].elements.contains { $0 > 0 })
    }

    @Test(
        "a thresholding layer's codes are the bits of product and shrinkage alone",
        arguments: Kernels.available
    )
    func thresholdingIsOneProductAndOneShrinkage(kernels: Kernels) {
        let parameters = randomParameters(
            Self.configuration(.thresholding, components: nil),
            inputChannels: 2,
            seed: 308
        )
        let map = randomMap(height: 9, width: 9, channels: 2, seed: 309)
        let patches = Self.patches(of: map, parameters)
        let coder = SparseCoder(
            dictionary: parameters.dictionary,
            penalties: parameters.penalties,
            inference: .thresholding,
            signed: true,
            kernels: kernels
        )
        let responses = kernels.multiply(patches, parameters.dictionary.atoms.transposed)
        let wanted = (0..<patches.rows).flatMap { row in
            let line = responses.row(row)
            return zip(line, parameters.penalties).map { max(0, $0 - $1) }
                + zip(line, parameters.penalties).map { max(0, -$0 - $1) }
        }
        #expect(coder.encode(patches).elements == wanted)
    }
}
