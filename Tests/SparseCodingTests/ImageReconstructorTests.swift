import Patches
import SparseCoding
import Tensors
import Testing

@Suite struct ImageReconstructorTests {
    private static func image(seed: UInt64) -> FeatureMap {
        var image = randomMap(height: 24, width: 24, channels: 1, seed: seed)
        for index in image.elements.indices {
            image.elements[index] = (image.elements[index] + 1) / 2
        }
        return image
    }

    private static func encoder(
        _ layer: LayerParameters,
        normalization: Float?
    ) -> EncoderConfiguration {
        EncoderConfiguration(
            name: "e",
            pixels: 24 * 24,
            imageNormalization: normalization,
            layers: [layer.configuration]
        )
    }

    @Test(
        "lossless codes give the image back",
        arguments: [nil, 0.02] as [Float?],
        [.thresholding, .fista(iterations: 3)] as [Inference]
    )
    func givesTheImageBack(normalization: Float?, inference: Inference) {
        let layer = LayerDecoderTests.lossless(
            window: 3,
            stride: 2,
            channels: 1,
            pooling: 2,
            inference: inference,
            seed: 411
        )
        let image = Self.image(seed: 412)
        let found = ImageReconstructor(
            configuration: Self.encoder(layer, normalization: normalization),
            layer: layer,
            kernels: .best
        ).reconstruct(image)
        #expect(largestDifference(found.elements, image.elements.map(Double.init)) < 1e-4)
    }

    @Test("is the first layer's analysis where no window is left out")
    func isTheFirstAnalysis() {
        let configuration = LayerConfiguration(
            window: 5,
            stride: 2,
            contrast: nil,
            components: 12,
            atoms: 20
        )
        let layer = randomParameters(configuration, inputChannels: 1, seed: 413)
        let encoder = Self.encoder(layer, normalization: 0.02)
        let image = Self.image(seed: 414)
        let wanted = HierarchyDecoder(configuration: encoder, layers: [layer], kernels: .best)
            .analyze(image)[0].reconstruction.elements.map(Double.init)
        let found = ImageReconstructor(configuration: encoder, layer: layer, kernels: .best)
            .reconstruct(image)
        let size = wanted.reduce(1) { max($0, abs($1)) }
        #expect(largestDifference(found.elements, wanted) < 1e-4 * size)
    }
}
