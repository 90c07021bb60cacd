import Patches
import SparseCoding
import Tensors
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The network of the paper as one declaration: no normalisation, no whitening, no pooling, any depth.
@Suite struct PlainNetworkTests {
    static let declaration = """
        {"name": "plain", "pixels": 1024, "layers": [
            {"window": 5, "stride": 2, "whiteningEpsilon": 0, "atoms": 12, "signed": false,
             "sparsityPenalty": 1, "pooling": 1},
            {"window": 3, "stride": 1, "whiteningEpsilon": 0, "atoms": 16, "signed": false,
             "sparsityPenalty": 1, "pooling": 1},
            {"window": 3, "stride": 2, "whiteningEpsilon": 0, "atoms": 20, "signed": false,
             "sparsityPenalty": 1, "pooling": 1, "inference": INFERENCE}
        ]}
        """

    /// Waves of many directions, with noise.
    static func image(_ seed: UInt64) -> FeatureMap {
        var generator = SeededGenerator(seed: seed)
        let (dx, dy) = (generator.next(in: 0.1...0.9), generator.next(in: 0.1...0.9))
        var map = FeatureMap(height: 32, width: 32, channels: 1)
        for y in 0..<32 {
            for x in 0..<32 {
                // A triangle wave.
                let phase = (Double(x) * dx + Double(y) * dy).truncatingRemainder(dividingBy: 4)
                map[y, x, 0] = Float(0.2 + 0.15 * abs(phase - 2) + 0.1 * generator.nextUnit())
            }
        }
        return map
    }

    /// Learns the declared layers one upon the other, from patches as they are.
    static func learned(_ configuration: EncoderConfiguration) -> ImageEncoder {
        let images = (UInt64(0)..<8).map { image(320 + $0) }
        var layers: [Layer] = []
        for declared in configuration.layers {
            let below = ImageEncoder(configuration: configuration, layers: layers)
            let maps = images.map { below.topMap(of: $0) }
            let sampler = PatchSampler(
                grid: PatchGrid(window: declared.window, stride: declared.stride),
                contrast: nil
            )
            var generator = SeededGenerator(seed: 330)
            let samples = maps.map {
                sampler.sample(60, from: $0, generator: &generator, kernels: .best)
            }
            let parameters = LayerParameters(
                learning: declared,
                inputChannels: maps[0].channels,
                samples: Matrix(
                    rows: samples.reduce(0) { $0 + $1.rows },
                    columns: samples[0].columns,
                    filledWith: samples.flatMap(\.elements)
                ),
                seed: 331,
                kernels: .best
            )
            layers.append(Layer(parameters: parameters, kernels: .best))
        }
        return ImageEncoder(configuration: configuration, layers: layers)
    }

    @Test(
        "three layers deep, codes are finite, sparse and differ between images",
        arguments: [
            #"{"method": "thresholding"}"#, #"{"method": "fista", "iterations": 10}"#,
        ]
    )
    func isOneDeclarationOfAnyDepth(inference: String) throws {
        let text = Self.declaration.replacing("INFERENCE", with: inference)
        let configuration = try JSONDecoder().decode(
            EncoderConfiguration.self,
            from: Data(text.utf8)
        )
        #expect(configuration.problem == nil)
        #expect(configuration.layers.allSatisfy { $0.components == nil && $0.contrast == nil })
        let encoder = Self.learned(configuration)
        let responses = encoder.encode(Self.image(340), includingEnergy: true)
        let others = encoder.encode(Self.image(341))
        let sizes = [(16, 16, 12), (16, 16, 16), (8, 8, 20)]
        #expect(responses.count == 3)
        for (place, response) in responses.enumerated() {
            let codes = response.codes
            #expect((codes.height, codes.width, codes.channels) == sizes[place])
            #expect(codes.elements.allSatisfy { $0 >= 0 && $0.isFinite })
            let active = Double(codes.elements.count { $0 > 0 }) / Double(codes.elements.count)
            #expect(active > 0.02 && active < 0.98)
            // Places differ, and so do images.
            #expect(Set(codes.elements).count > codes.elements.count / 50)
            #expect(codes != others[place].codes)
            #expect(response.energy?.elements.allSatisfy { $0.isFinite && $0 >= 0 } == true)
        }
        // The first two layers, and the third where it thresholds, are convolutions with ReLUs.
        var map = Self.image(340)
        for (layer, response) in zip(encoder.layers, responses)
        where layer.parameters.configuration.inference == .thresholding {
            let convolution = try LayerKernels(layer.parameters)
            #expect(convolution.biases.allSatisfy { $0 <= 0 })
            #expect(
                largestDifference(response.codes.elements, Self.relu(map, convolution, layer))
                    < 1e-4
            )
            map = response.codes
        }
    }

    /// Convolution, bias and ReLU in double precision.
    static func relu(_ map: FeatureMap, _ convolution: LayerKernels, _ layer: Layer) -> [Double] {
        let grid = layer.parameters.grid
        var result: [Double] = []
        for y in stride(from: 0, to: map.height, by: grid.stride) {
            for x in stride(from: 0, to: map.width, by: grid.stride) {
                let patch = ReferenceKernels.patch(of: map, row: y, column: x, window: grid.window)
                for (output, bias) in convolution.biases.enumerated() {
                    let sum = patch.indices.reduce(Double(bias)) {
                        $0 + Double(convolution.kernels[output, $1]) * patch[$1]
                    }
                    result.append(max(0, sum))
                }
            }
        }
        return result
    }
}
