import Patches
import SparseCoding
import Tensors
import Testing

@Suite struct HierarchyDecoderTests {
    private static func decoder(
        _ layers: [LayerParameters],
        pixels: Int = 24 * 24,
        normalization: Float? = nil
    ) -> HierarchyDecoder {
        HierarchyDecoder(
            configuration: EncoderConfiguration(
                name: "e",
                pixels: pixels,
                imageNormalization: normalization,
                layers: layers.map(\.configuration)
            ),
            layers: layers,
            kernels: .best
        )
    }

    private static func image(channels: Int = 1, seed: UInt64) -> FeatureMap {
        var image = randomMap(height: 24, width: 24, channels: channels, seed: seed)
        for index in image.elements.indices {
            image.elements[index] = (image.elements[index] + 1) / 2
        }
        return image
    }

    @Test(arguments: [nil, 0.02] as [Float?])
    func losslessLayersGiveTheImageBackHoweverDeep(normalization: Float?) {
        let first = LayerDecoderTests.lossless(window: 3, stride: 2, channels: 1, seed: 321)
        let second = LayerDecoderTests.lossless(window: 3, stride: 1, channels: 18, seed: 322)
        let image = Self.image(seed: 323)
        let analyses = Self.decoder([first, second], normalization: normalization).analyze(image)
        #expect(analyses.count == 2)
        for analysis in analyses {
            #expect(
                largestDifference(
                    analysis.reconstruction.elements,
                    image.elements.map(Double.init)
                ) < 1e-4
            )
            #expect(analysis.error.elements.allSatisfy { $0 < 1e-2 })
        }
    }

    @Test func decodesCodesBeforePooling() {
        let layer = LayerDecoderTests.lossless(
            window: 3,
            stride: 1,
            channels: 1,
            pooling: 4,
            seed: 324
        )
        let image = Self.image(seed: 325)
        let analysis = Self.decoder([layer]).analyze(image)[0]
        #expect((analysis.codes.height, analysis.codes.width) == (24, 24))
        #expect(
            largestDifference(analysis.reconstruction.elements, image.elements.map(Double.init))
                < 1e-4
        )
    }

    @Test func deepDecodingHasTheImagesShapeAndIsFinite() {
        let encoder = ImageEncoderTests.encoder(layers: 2, normalization: 0.02)
        let decoder = HierarchyDecoder(
            configuration: encoder.configuration,
            layers: encoder.layers.map(\.parameters),
            kernels: .best
        )
        for image in [
            Self.image(channels: 3, seed: 326),
            FeatureMap(height: 40, width: 37, channels: 3, repeating: 0.5),
        ] {
            let size = decoder.encoder.resize(image)
            for (analysis, codes) in zip(decoder.analyze(image), decoder.codes(of: image)) {
                let found = analysis.reconstruction
                #expect((found.height, found.width, found.channels) == (size.height, size.width, 3))
                let isFinite = found.elements.allSatisfy(\.isFinite)
                #expect(isFinite)
                for map in [analysis.energy, analysis.error] {
                    let isSound = map.elements.allSatisfy { $0.isFinite && $0 >= 0 }
                    #expect(isSound)
                }
                #expect(analysis.codes == codes)
            }
        }
    }

    @Test(
        "error and energy of the learning samples have the usual means",
        arguments: [
            (Inference.thresholding, true), (.thresholding, false),
            (.fista(iterations: 20), true),
        ]
    )
    func meansAreTheUsual(inference: Inference, signed: Bool) {
        let image = Self.image(seed: 327)
        let configuration = LayerConfiguration(
            window: 5,
            stride: 1,
            contrast: 1e-2,
            components: 12,
            atoms: 16,
            signed: signed,
            pooling: 2,
            inference: inference
        )
        let sampler = PatchSampler(
            grid: PatchGrid(window: 5, stride: 1),
            contrast: ContrastNormalization(constant: 1e-2)
        )
        var generator = SeededGenerator(seed: 3)
        let layer = LayerParameters(
            learning: configuration,
            inputChannels: 1,
            samples: sampler.sample(24 * 24, from: image, generator: &generator, kernels: .best),
            seed: 4,
            kernels: .best
        )
        let analysis = Self.decoder([layer]).analyze(image)[0]
        func mean(_ map: Matrix) -> Double {
            map.elements.reduce(0) { $0 + Double($1) } / Double(map.elements.count)
        }
        #expect(abs(mean(analysis.error) / Double(layer.usualError) - 1) < 1e-3)
        #expect(abs(mean(analysis.energy) / Double(layer.usualEnergy) - 1) < 1e-3)
    }
}
