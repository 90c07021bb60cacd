import Patches
import SparseCoding
import Tensors
import Testing

@Suite struct LayerDecoderTests {
    /// A layer with an orthonormal basis of all its patches for atoms and no penalty: its codes hold everything.
    static func lossless(
        window: Int,
        stride: Int,
        channels: Int,
        contrast: Float? = nil,
        pooling: Int = 1,
        copies: Int = 1,
        inference: Inference = .thresholding,
        seed: UInt64
    ) -> LayerParameters {
        let depth = window * window * channels
        let basis = orthonormalRows(depth, of: depth, seed: seed)
        let atoms = Matrix(
            rows: copies * depth,
            columns: depth,
            filledWith: (0..<copies).flatMap { _ in basis.elements }
        )
        return LayerParameters(
            configuration: LayerConfiguration(
                window: window,
                stride: stride,
                contrast: contrast,
                components: nil,
                atoms: atoms.rows,
                pooling: pooling,
                inference: inference
            ),
            inputChannels: channels,
            whitening: nil,
            dictionary: AtomDictionary(atoms: atoms),
            penalties: [Float](repeating: 0, count: atoms.rows),
            rates: [Float](repeating: 1, count: atoms.rows),
            density: 1,
            learningCurve: []
        )
    }

    @Test(
        "lossless codes, decoded, are the map",
        arguments: [(1, 1), (3, 1), (3, 2), (5, 2), (5, 3)],
        [nil, 1e-2] as [Float?]
    )
    func reconstructs(grid: (window: Int, stride: Int), contrast: Float?) {
        for channels in [1, 3] {
            let map = randomMap(height: 13, width: 10, channels: channels, seed: 301)
            let parameters = Self.lossless(
                window: grid.window,
                stride: grid.stride,
                channels: channels,
                contrast: contrast,
                seed: 302
            )
            let response = Layer(parameters: parameters, kernels: .best).encode(map)
            let decoder = LayerDecoder(parameters: parameters, kernels: .best)
            let found = decoder.decode(
                response.codes,
                size: (map.height, map.width),
                moments: (response.mean, response.variance)
            )
            #expect(found.channels == channels)
            let gains = decoder.gains(of: response.codes).elements
            #expect(largestDifference(gains, gains.map { _ in 1 }) < 1e-5)
            #expect(largestDifference(found.elements, map.elements.map(Double.init)) < 1e-4)
        }
    }

    @Test func undoesWhitening() {
        let map = randomMap(height: 16, width: 16, channels: 1, seed: 303)
        let sampler = PatchSampler(
            grid: PatchGrid(window: 3, stride: 1),
            contrast: ContrastNormalization(constant: 1e-2)
        )
        var generator = SeededGenerator(seed: 1)
        let samples = sampler.sample(256, from: map, generator: &generator, kernels: .best)
        let whitening = Whitening(samples: samples, components: 9, epsilon: 1e-3, kernels: .best)
        let bare = Self.lossless(window: 3, stride: 1, channels: 1, contrast: 1e-2, seed: 304)
        var declared = bare.configuration
        declared.components = 9
        let parameters = LayerParameters(
            configuration: declared,
            inputChannels: 1,
            whitening: whitening,
            dictionary: bare.dictionary,
            penalties: bare.penalties,
            rates: bare.rates,
            density: 1,
            learningCurve: []
        )
        let response = Layer(parameters: parameters, kernels: .best).encode(map)
        let found = LayerDecoder(parameters: parameters, kernels: .best).decode(
            response.codes,
            size: (16, 16),
            moments: (response.mean, response.variance)
        )
        #expect(largestDifference(found.elements, map.elements.map(Double.init)) < 1e-3)
    }

    @Test func repeatsPooledCodes() {
        // Constant maps have the same codes everywhere, which pooling leaves as they are.
        let map = FeatureMap(height: 9, width: 7, channels: 1, repeating: 0.75)
        let parameters = Self.lossless(window: 3, stride: 1, channels: 1, pooling: 2, seed: 305)
        let response = Layer(parameters: parameters, kernels: .best).encode(map)
        #expect((response.codes.height, response.codes.width) == (5, 4))
        let found = LayerDecoder(parameters: parameters, kernels: .best).decode(
            response.codes,
            size: (9, 7),
            moments: (response.mean, response.variance)
        )
        #expect(largestDifference(found.elements, map.elements.map(Double.init)) < 1e-5)
    }

    @Test func takesBackWhatOverlappingAtomsSayTwice() {
        let map = randomMap(height: 8, width: 8, channels: 1, seed: 306)
        let parameters = Self.lossless(window: 3, stride: 1, channels: 1, copies: 2, seed: 307)
        let response = Layer(parameters: parameters, kernels: .best).encode(map)
        let decoder = LayerDecoder(parameters: parameters, kernels: .best)
        let gains = decoder.gains(of: response.codes)
        #expect(largestDifference(gains.elements, gains.elements.map { _ in 0.5 }) < 1e-5)
        let found = decoder.decode(
            response.codes,
            size: (8, 8),
            moments: (response.mean, response.variance),
            gains: gains
        )
        #expect(largestDifference(found.elements, map.elements.map(Double.init)) < 1e-4)
    }

    @Test func gainsAreTheLeastSquaresFactors() {
        let configuration = LayerConfiguration(
            window: 3,
            stride: 1,
            contrast: nil,
            components: 7,
            atoms: 12
        )
        let parameters = randomParameters(configuration, inputChannels: 1, seed: 308)
        let map = randomMap(height: 6, width: 5, channels: 1, seed: 309)
        let codes = Layer(parameters: parameters, kernels: .best).encode(map).codes
        let gains = LayerDecoder(parameters: parameters, kernels: .best).gains(of: codes)
        let reference = ReferenceLayer(parameters: parameters)
        for place in 0..<map.height * map.width {
            let patch = ReferenceKernels.patch(
                of: map,
                row: place / map.width,
                column: place % map.width,
                window: 3
            )
            var (common, own) = (0.0, 0.0)
            for (component, value) in reference.whitened(patch).enumerated() {
                var decoded = 0.0
                for atom in 0..<12 {
                    let plus = codes.elements[place * 24 + atom]
                    let minus = codes.elements[place * 24 + 12 + atom]
                    decoded += Double((plus - minus) * parameters.dictionary.atoms[atom, component])
                }
                common += value * decoded
                own += decoded * decoded
            }
            let wanted = own > 0 ? common / own : 1
            #expect(abs(Double(gains.elements[place]) - wanted) < 1e-3 * max(1, wanted))
        }
    }

    @Test func inferencesThatWeighCodesHaveNoGain() {
        let map = randomMap(height: 8, width: 8, channels: 1, seed: 310)
        let parameters = Self.lossless(
            window: 3,
            stride: 1,
            channels: 1,
            copies: 2,
            inference: .fista(iterations: 20),
            seed: 311
        )
        let decoder = LayerDecoder(parameters: parameters, kernels: .best)
        let codes = Layer(parameters: parameters, kernels: .best).encode(map).codes
        #expect(decoder.gains(of: codes) == Matrix(rows: 8, columns: 8, repeating: 1))
    }
}
