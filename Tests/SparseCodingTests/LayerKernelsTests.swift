import Patches
import SparseCoding
import Tensors
import Testing

/// A thresholding layer is a convolution with a ReLU, and the reverse, beside PyTorch's numbers.
@Suite struct LayerKernelsTests {
    struct Golden: Decodable {
        struct Item: Decodable {
            var window: Int
            var stride: Int
            var channels: Int
            var height: Int
            var width: Int
            var signed: Bool
            var image: [Float]
            var kernels: [Float]
            var biases: [Float]
            var output: [Double]
            var atoms: Int?
            var components: Int?
            var dictionary: [Float]?
            var penalties: [Float]?
            var projection: [Float]?
            var mean: [Float]?

            var depth: Int { window * window * channels }

            func map() throws -> FeatureMap {
                try FeatureMap(height: height, width: width, channels: channels, elements: image)
            }

            func convolution() throws -> LayerKernels {
                let rows = try Matrix(rows: biases.count, columns: depth, elements: kernels)
                return LayerKernels(kernels: rows, biases: biases)
            }

            func whitening() throws -> Whitening? {
                guard let components, let projection, let mean else { return nil }
                return Whitening(
                    mean: mean,
                    projection: try Matrix(rows: components, columns: depth, elements: projection),
                    keptVariance: 1
                )
            }

            func layer(_ dictionary: AtomDictionary, _ penalties: [Float]) throws -> LayerParameters
            {
                LayerParameters(
                    configuration: LayerConfiguration(
                        window: window,
                        stride: stride,
                        contrast: nil,
                        components: components,
                        atoms: dictionary.count,
                        signed: signed
                    ),
                    inputChannels: channels,
                    whitening: try whitening(),
                    dictionary: dictionary,
                    penalties: penalties,
                    rates: [Float](repeating: 1, count: dictionary.count),
                    density: 0,
                    learningCurve: []
                )
            }

            /// The layer as stored.
            func layer() throws -> LayerParameters {
                let atoms = try #require(atoms)
                let rows = try Matrix(
                    rows: atoms,
                    columns: components ?? depth,
                    elements: #require(dictionary)
                )
                return try layer(
                    #require(AtomDictionary(unitAtoms: rows)),
                    #require(penalties)
                )
            }
        }

        var networks: [Item]
        var layers: [Item]

        static func read() throws -> Golden {
            try GoldenNumbers.read(Golden.self, "convolution.json")
        }
    }

    @Test(arguments: Kernels.available, 0..<4)
    func aThresholdingLayerComputesPyTorchsConvolutionBiasAndReLU(kernels: Kernels, index: Int)
        throws
    {
        let item = try Golden.read().layers[index]
        let parameters = try item.layer()
        let response = Layer(parameters: parameters, kernels: kernels).encode(try item.map())
        #expect(item.output.contains { $0 > 0 } && item.output.contains { $0 == 0 })
        #expect(largestDifference(response.codes.elements, item.output) < 2e-5)
        let found = try LayerKernels(parameters)
        let wanted = try item.convolution()
        #expect(
            largestDifference(found.kernels.elements, wanted.kernels.elements.map(Double.init))
                < 1e-6
        )
        #expect(largestDifference(found.biases, wanted.biases.map(Double.init)) < 1e-6)
    }

    @Test(arguments: 0..<4)
    func theMapToAConvolutionIsExactBothWays(index: Int) throws {
        let item = try Golden.read().layers[index]
        let parameters = try item.layer()
        let convolution = try LayerKernels(parameters)
        let form = try convolution.sparseForm(whitening: item.whitening(), signed: item.signed)
        if item.components == nil {
            #expect(form.dictionary == parameters.dictionary)
            #expect(form.penalties == parameters.penalties)
            #expect(form.gains.allSatisfy { $0 == 1 })
            // From the convolution's side, too.
            let again = try LayerKernels(item.layer(form.dictionary, form.penalties))
            #expect(again == convolution)
        } else {
            let atoms = parameters.dictionary.atoms.elements.map(Double.init)
            #expect(largestDifference(form.dictionary.atoms.elements, atoms) < 2e-6)
            #expect(largestDifference(form.penalties, parameters.penalties.map(Double.init)) < 5e-6)
            #expect(form.penalties.last == 0)
            #expect(
                largestDifference(form.gains, atoms.prefix(form.gains.count).map { _ in 1 }) < 1e-5
            )
        }
    }

    @Test(arguments: 0..<2)
    func aConvolutionWithoutPositiveBiasIsASparseCodingLayer(index: Int) throws {
        let item = try Golden.read().networks[index]
        let form = try item.convolution().sparseForm()
        #expect(form.penalties.allSatisfy { $0 >= 0 } && form.penalties[0] == 0)
        let parameters = try item.layer(form.dictionary, form.penalties)
        let codes = Layer(parameters: parameters, kernels: .best).encode(try item.map()).codes
        var scaled = codes.elements
        for place in scaled.indices { scaled[place] *= form.gains[place % form.gains.count] }
        #expect(form.gains.allSatisfy { $0 > 1.5 })
        #expect(largestDifference(scaled, item.output) < 2e-5)
    }

    private func mismatch(_ body: () throws -> Void) -> LayerKernels.Mismatch? {
        do {
            try body()
            return nil
        } catch {
            return error as? LayerKernels.Mismatch
        }
    }

    @Test func saysWhyThereIsNoSuchLayer() throws {
        let item = try Golden.read().networks[0]
        var convolution = try item.convolution()
        convolution = LayerKernels(
            kernels: convolution.kernels,
            biases: convolution.biases.enumerated().map { $0 == 3 ? 0.5 : $1 }
        )
        guard case .brokenPrior(3, let penalty)? = mismatch({ _ = try convolution.sparseForm() })
        else {
            Issue.record("a bias above zero is accepted")
            return
        }
        #expect(penalty < 0)
        var rows = try item.convolution().kernels
        for column in 0..<rows.columns { rows[2, column] = 0 }
        let flat = LayerKernels(kernels: rows, biases: item.biases)
        #expect(mismatch { _ = try flat.sparseForm() } == .zeroKernel(output: 2))
        let odd = try item.convolution()
        #expect(mismatch { _ = try odd.sparseForm(signed: true) } == .unpaired(output: 6))

        let signed = try Golden.read().layers[1]
        var pair = try signed.convolution().kernels
        pair[8 + 5, 4] += 1e-3
        let unpaired = LayerKernels(kernels: pair, biases: signed.biases)
        #expect(mismatch { _ = try unpaired.sparseForm(signed: true) } == .unpaired(output: 5))
        var biases = signed.biases
        biases[8 + 2] -= 1e-3
        let uneven = LayerKernels(kernels: try signed.convolution().kernels, biases: biases)
        #expect(mismatch { _ = try uneven.sparseForm(signed: true) } == .unpaired(output: 2))

        let whitened = try Golden.read().layers[2]
        var strayed = try whitened.convolution().kernels
        strayed[1, 0] += 1
        let stray = LayerKernels(kernels: strayed, biases: whitened.biases)
        #expect(
            mismatch { _ = try stray.sparseForm(whitening: whitened.whitening()) }
                == .outsideWhitening(output: 1)
        )
        var configuration = try whitened.layer().configuration
        configuration.contrast = 1
        let normalized = randomParameters(configuration, inputChannels: 1, seed: 1)
        #expect(mismatch { _ = try LayerKernels(normalized) } == .contrastNormalized)
        configuration.contrast = nil
        configuration.inference = .fista(iterations: 2)
        let iterated = randomParameters(configuration, inputChannels: 1, seed: 1)
        #expect(mismatch { _ = try LayerKernels(iterated) } == .iterated)
    }
}
