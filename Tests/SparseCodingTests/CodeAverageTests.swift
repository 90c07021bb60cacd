import Patches
import SparseCoding
import Tensors
import Testing

/// The codes that an encoder averages without keeping them are those that its layers find.
@Suite struct CodeAverageTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let first: LayerConfiguration
        let second: LayerConfiguration
        var normalization: Float?

        var testDescription: String { name }
    }

    static let plain = LayerConfiguration(
        window: 5,
        stride: 2,
        contrast: 1e-2,
        components: 12,
        atoms: 8,
        pooling: 2
    )

    static let cases = [
        Case(
            name: "convolution of 3 x 3 windows in sixteens",
            first: plain,
            second: LayerConfiguration(
                window: 3,
                stride: 1,
                contrast: 1e-2,
                components: 32,
                atoms: 24
            )
        ),
        Case(
            name: "the same of many channels",
            first: LayerConfiguration(
                window: 5,
                stride: 2,
                contrast: 1e-2,
                components: 40,
                atoms: 32
            ),
            second: LayerConfiguration(
                window: 3,
                stride: 1,
                contrast: 1e-2,
                components: 48,
                atoms: 64
            )
        ),
        Case(
            name: "the same without contrast normalisation",
            first: LayerConfiguration(
                window: 3,
                stride: 1,
                contrast: nil,
                components: 9,
                atoms: 16,
                signed: false,
                pooling: 3
            ),
            second: LayerConfiguration(
                window: 3,
                stride: 1,
                contrast: nil,
                components: 16,
                atoms: 5
            ),
            normalization: 0.02
        ),
        Case(
            name: "7 x 7 and 5 x 5 windows at every second place, in sixteens",
            first: LayerConfiguration(
                window: 7,
                stride: 2,
                contrast: 1e-3,
                components: 20,
                atoms: 16
            ),
            second: LayerConfiguration(
                window: 5,
                stride: 2,
                contrast: nil,
                components: 16,
                atoms: 90
            )
        ),
        Case(
            name: "products, pooled above",
            first: plain,
            second: LayerConfiguration(
                window: 3,
                stride: 2,
                contrast: nil,
                components: 7,
                atoms: 40,
                pooling: 2
            )
        ),
        Case(
            name: "stronger inference above",
            first: plain,
            second: LayerConfiguration(
                window: 3,
                stride: 1,
                contrast: nil,
                components: 32,
                atoms: 9,
                inference: .ista(iterations: 3)
            )
        ),
        Case(
            name: "no whitening below",
            first: LayerConfiguration(
                window: 3,
                stride: 1,
                contrast: 1e-2,
                components: nil,
                atoms: 8,
                pooling: 2
            ),
            second: LayerConfiguration(
                window: 3,
                stride: 1,
                contrast: 1e-2,
                components: 32,
                atoms: 24
            )
        ),
    ]

    static func encoder(_ some: Case, kernels: Kernels) -> ImageEncoder {
        let parameters = [
            randomParameters(some.first, inputChannels: 3, seed: 171),
            randomParameters(some.second, inputChannels: some.first.channels, seed: 172),
        ]
        return ImageEncoder(
            configuration: EncoderConfiguration(
                name: "e",
                pixels: 40 * 40,
                imageNormalization: some.normalization,
                layers: [some.first, some.second]
            ),
            layers: parameters.map { Layer(parameters: $0, kernels: kernels) }
        )
    }

    /// How far codes of a layer of convolution may be from those of a layer, in units of the largest.
    private static func tolerance(_ kernels: Kernels) -> Double {
        kernels.precision == .float ? 1e-4 : 3e-3
    }

    static let kernelsOfAllPrecisions = Kernels.available.flatMap { kernels in
        Precision.allCases.map { kernels.computing(in: $0) }
    }

    @Test(arguments: kernelsOfAllPrecisions, cases)
    func averagesAreThoseOfTheLayersCodes(kernels: Kernels, some: Case) throws {
        let encoder = Self.encoder(some, kernels: kernels)
        let image = randomMap(height: 33, width: 57, channels: 3, seed: 173)
        let wanted = [(1, 1), (1, 5), (2, 1), (2, 3), (2, 5)]
            .map { CodeAverage(layer: $0.0, window: $0.1) }
        let responses = encoder.encode(image)
        for subset in [wanted, [wanted[0]], [wanted[2]], [wanted[4], wanted[1]], [wanted[3]]] {
            let found = encoder.averages(of: image, wanted: Set(subset))
            #expect(Set(found.keys) == Set(subset))
            for average in subset {
                let codes = responses[average.layer - 1].codes
                let plain =
                    average.window == 1
                    ? codes
                    : codes.meanPooled(window: average.window, stride: 2, kernels: kernels)
                let map = try #require(found[average])
                #expect((map.height, map.width) == (plain.height, plain.width))
                let scale = plain.elements.reduce(1) { max($0, $1) }
                let difference = largestDifference(
                    map.elements,
                    plain.elements.map(Double.init)
                )
                #expect(difference < Self.tolerance(kernels) * Double(scale))
            }
        }
    }

    @Test(arguments: Precision.allCases)
    func theTopMapIsTheCodesOfTheLastLayer(precision: Precision) {
        let kernels = Kernels.best.computing(in: precision)
        for some in Self.cases {
            let encoder = Self.encoder(some, kernels: kernels)
            let image = randomMap(height: 33, width: 57, channels: 3, seed: 174)
            let codes = encoder.encode(image)[1].codes
            let top = encoder.topMap(of: image)
            #expect((top.height, top.width) == (codes.height, codes.width))
            let scale = codes.elements.reduce(1) { max($0, $1) }
            let difference = largestDifference(top.elements, codes.elements.map(Double.init))
            #expect(difference < Self.tolerance(kernels) * Double(scale))
        }
    }

    /// A second layer of 62 x 131 windows, which are convolved in several bands.
    @Test(arguments: kernelsOfAllPrecisions)
    func bandsMeetWithoutASeam(kernels: Kernels) {
        for first in [
            LayerConfiguration(window: 3, stride: 1, contrast: nil, components: 9, atoms: 8),
            LayerConfiguration(window: 3, stride: 1, contrast: 1e-2, components: nil, atoms: 8),
        ] {
            let second = LayerConfiguration(
                window: 3,
                stride: 1,
                contrast: 1e-2,
                components: 32,
                atoms: 24
            )
            let parameters = [
                randomParameters(first, inputChannels: 3, seed: 181),
                randomParameters(second, inputChannels: first.channels, seed: 182),
            ]
            let encoder = ImageEncoder(
                configuration: EncoderConfiguration(
                    name: "e",
                    pixels: 62 * 131,
                    imageNormalization: nil,
                    layers: [first, second]
                ),
                layers: parameters.map { Layer(parameters: $0, kernels: kernels) }
            )
            let image = randomMap(height: 62, width: 131, channels: 3, seed: 183)
            let codes = encoder.encode(image)[1].codes
            #expect(codes.height * codes.width > 5000)
            let top = encoder.topMap(of: image)
            #expect((top.height, top.width) == (codes.height, codes.width))
            let scale = codes.elements.reduce(1) { max($0, $1) }
            let difference = largestDifference(top.elements, codes.elements.map(Double.init))
            #expect(difference < Self.tolerance(kernels) * Double(scale))
        }
    }

    /// Where the layers are large enough, whole numbers are what they compute in.
    @Test func precisionIsWhatTheKernelsSay() {
        let image = randomMap(height: 33, width: 57, channels: 3, seed: 176)
        for some in Self.cases[..<2] {
            let maps = Precision.allCases.map { precision in
                Self.encoder(some, kernels: Kernels.best.computing(in: precision))
                    .topMap(of: image)
            }
            #expect(maps[0].elements != maps[1].elements)
        }
    }

    @Test func fusedKernelSetsGiveTheSameBits() {
        for some in Self.cases {
            let image = randomMap(height: 30, width: 31, channels: 3, seed: 175)
            let maps = Kernels.available.filter { $0.name != "baseline" }
                .map { Self.encoder(some, kernels: $0).topMap(of: image) }
            for map in maps.dropFirst() { #expect(map == maps[0]) }
        }
    }
}
