import Patches
import SparseCoding
import Tensors
import Testing

@Suite struct ImageEncoderTests {
    static let first = LayerConfiguration(
        window: 5,
        stride: 2,
        contrast: 1e-2,
        components: 12,
        atoms: 6,
        pooling: 2
    )
    static let second = LayerConfiguration(
        window: 3,
        stride: 1,
        contrast: nil,
        components: 20,
        atoms: 9,
        signed: false
    )

    static func encoder(layers count: Int, normalization: Float? = nil) -> ImageEncoder {
        let parameters = [
            randomParameters(first, inputChannels: 3, seed: 131),
            randomParameters(second, inputChannels: first.channels, seed: 132),
        ]
        return ImageEncoder(
            configuration: EncoderConfiguration(
                name: "e",
                pixels: 32 * 32,
                imageNormalization: normalization,
                layers: [first, second]
            ),
            layers: parameters.prefix(count).map { Layer(parameters: $0, kernels: .best) }
        )
    }

    @Test func eachLayerReadsTheCodesBelow() {
        let encoder = Self.encoder(layers: 2)
        let image = randomMap(height: 32, width: 32, channels: 3, seed: 133)
        let responses = encoder.encode(image)
        #expect(responses.count == 2)
        let below = encoder.layers[0].encode(image)
        let above = encoder.layers[1].encode(below.codes)
        #expect(responses[0].codes == below.codes)
        #expect(responses[1].codes == above.codes)
        #expect(responses[1].reconstructionError == above.reconstructionError)
        #expect((below.codes.height, below.codes.channels) == (8, 12))
        #expect((above.codes.height, above.codes.channels) == (8, 9))
    }

    @Test(arguments: [(32, 32, 32, 32), (64, 64, 32, 32), (100, 50, 45, 23), (20, 90, 16, 68)])
    func preparesImagesOfItsSize(height: Int, width: Int, newHeight: Int, newWidth: Int) {
        let prepared = Self.encoder(layers: 0).prepare(
            FeatureMap(height: height, width: width, channels: 3, repeating: 0.25)
        )
        #expect((prepared.height, prepared.width) == (newHeight, newWidth))
        #expect(prepared.channels == 3)
        #expect(prepared.elements.allSatisfy { abs($0 - 0.25) < 1e-6 })
    }

    @Test func leavesAnImageOfItsSizeAlone() {
        let image = randomMap(height: 32, width: 32, channels: 3, seed: 134)
        #expect(Self.encoder(layers: 1).prepare(image) == image)
    }

    @Test func normalisesAfterResizing() {
        let image = randomMap(height: 57, width: 71, channels: 3, seed: 135)
        let resized = Self.encoder(layers: 0).prepare(image)
        let prepared = Self.encoder(layers: 0, normalization: 0.02).prepare(image)
        let numbers = resized.elements.map(Double.init)
        let (mean, _) = ReferenceKernels.moments(numbers)
        let distance = numbers.reduce(0) { $0 + abs($1 - mean) } / Double(numbers.count)
        let wanted = numbers.map {
            ($0 - mean) / ((Double.pi / 2).squareRoot() * distance + 0.02)
        }
        #expect(largestDifference(prepared.elements, wanted) < 1e-5)
    }

    @Test func theTopMapIsWhatTheNextLayerReads() {
        let image = randomMap(height: 40, width: 30, channels: 3, seed: 136)
        let bare = Self.encoder(layers: 0)
        #expect(bare.topMap(of: image) == bare.prepare(image))
        let started = Self.encoder(layers: 1)
        let codes = started.encode(image)[0].codes.elements
        let difference = largestDifference(
            started.topMap(of: image).elements,
            codes.map(Double.init)
        )
        #expect(difference < 1e-4)
    }
}
