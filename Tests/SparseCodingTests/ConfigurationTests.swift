import SparseCoding
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct LayerConfigurationTests {
    static let good = LayerConfiguration(
        window: 7,
        stride: 2,
        contrast: 1e-3,
        components: 48,
        atoms: 64,
        pooling: 2
    )

    struct Change: Sendable, CustomTestStringConvertible {
        let name: String
        let apply: @Sendable (inout LayerConfiguration) -> Void

        init(_ name: String, _ apply: @escaping @Sendable (inout LayerConfiguration) -> Void) {
            self.name = name
            self.apply = apply
        }

        var testDescription: String { name }
    }

    static let bad = [
        Change("window") { $0.window = 0 },
        Change("window") { $0.window = -3 },
        Change("window") { $0.window = 6 },
        Change("window") { $0.window = 65 },
        Change("stride") { $0.stride = 0 },
        Change("stride") { $0.stride = 65 },
        Change("pooling") { $0.pooling = 0 },
        Change("pooling") { $0.pooling = 65 },
        Change("contrast") { $0.contrast = 0 },
        Change("contrast") { $0.contrast = -1 },
        Change("contrast") { $0.contrast = .nan },
        Change("contrast") { $0.contrast = .infinity },
        Change("components") { $0.components = 0 },
        Change("components") { $0.components = 4097 },
        Change("inference:") { $0.inference = .fista(iterations: 0) },
        Change("inference:") { $0.inference = .ista(iterations: 10_001) },
        Change("inference:") { $0.inference = .fista(iterations: 5, tolerance: 0) },
        Change("inference:") { $0.inference = .fista(iterations: 5, tolerance: .nan) },
        Change("inference:") { $0.inference = .ista(iterations: 5, step: -1) },
        Change("inference:") { $0.inference = .ista(iterations: 5, step: .infinity) },
        Change("inference:") { $0.inference = .omp(nonzeroLimit: 0) },
        Change("inference:") { $0.inference = .omp(nonzeroLimit: 65) },
        Change("inference:") { $0.inference = .lca(steps: 0) },
        Change("inference:") { $0.inference = .lca(steps: 9, rate: 0) },
        Change("inference") {
            $0.atoms = 4097
            $0.inference = .fista(iterations: 1)
        },
        Change("atoms") { $0.atoms = 0 },
        Change("atoms") { $0.atoms = 16_385 },
        Change("whiteningEpsilon") { $0.whiteningEpsilon = -1e-3 },
        Change("whiteningEpsilon") { $0.whiteningEpsilon = 1 },
        Change("whiteningEpsilon") { $0.whiteningEpsilon = .nan },
        Change("sparsityPenalty") { $0.sparsityPenalty = -0.1 },
        Change("sparsityPenalty") { $0.sparsityPenalty = .nan },
        Change("sparsityPenalty") { $0.sparsityPenalty = .infinity },
    ]

    @Test(arguments: bad)
    func namesTheBadValue(change: Change) {
        var configuration = Self.good
        change.apply(&configuration)
        #expect(configuration.problem?.hasPrefix("\(change.name) ") == true)
        var encoder = EncoderConfigurationTests.good
        encoder.layers[1] = configuration
        #expect(encoder.problem?.hasPrefix("encoder e, layer 2: \(change.name) ") == true)
    }

    static let extremes = [
        Change("least") {
            $0.window = 1
            $0.stride = 1
            $0.contrast = nil
            $0.components = 1
            $0.atoms = 1
            $0.inference = .omp(nonzeroLimit: 1)
            $0.whiteningEpsilon = 0
            $0.sparsityPenalty = 0
        },
        Change("unwhitened") {
            $0.components = nil
            $0.inference = .fista(iterations: 10_000, tolerance: 1e-9, step: 1e9)
        },
        Change("most") {
            $0.window = 63
            $0.stride = 64
            $0.pooling = 64
            $0.components = 4096
            $0.atoms = 16_384
        },
    ]

    @Test(arguments: extremes)
    func acceptsTheBounds(change: Change) {
        var configuration = Self.good
        #expect(configuration.problem == nil)
        change.apply(&configuration)
        #expect(configuration.problem == nil)
    }

    @Test("declarations of before inference and optional whitening mean what they meant")
    func readsOlderJSON() throws {
        let text = """
            {"atoms":64,"components":48,"contrast":0.001,"pooling":2,"signed":true,
            "sparsityPenalty":0.5,"stride":2,"whiteningEpsilon":0.001,"window":7}
            """
        let read = try JSONDecoder().decode(LayerConfiguration.self, from: Data(text.utf8))
        #expect(read == Self.good)
        #expect(read.inference == .thresholding)
    }

    @Test func aDeclarationWithoutComponentsIsUnwhitened() throws {
        var plain = Self.good
        plain.components = nil
        plain.inference = .lca(steps: 30)
        let data = try JSONEncoder().encode(plain)
        #expect(!String(decoding: data, as: UTF8.self).contains("components"))
        #expect(try JSONDecoder().decode(LayerConfiguration.self, from: data) == plain)
    }

    @Test func countsChannelsAndStride() {
        var configuration = Self.good
        #expect(configuration.channels == 128)
        #expect(configuration.outputStride == 4)
        configuration.signed = false
        #expect(configuration.channels == 64)
    }
}

@Suite struct EncoderConfigurationTests {
    static let good = EncoderConfiguration(
        name: "e",
        pixels: 4096,
        imageNormalization: 0.02,
        layers: [LayerConfigurationTests.good, LayerConfigurationTests.good]
    )

    @Test func namesTheBadValue() {
        #expect(Self.good.problem == nil)
        var encoder = Self.good
        encoder.name = ""
        #expect(encoder.problem == "an encoder needs a name")
        for pixels in [0, -1, 255, (1 << 26) + 1, .max] {
            encoder = Self.good
            encoder.pixels = pixels
            #expect(encoder.problem?.contains("pixels must be in") == true)
        }
        for constant: Float in [0, -1, .nan, .infinity] {
            encoder = Self.good
            encoder.imageNormalization = constant
            #expect(encoder.problem?.contains("imageNormalization must be above 0") == true)
        }
        encoder = Self.good
        encoder.layers = []
        #expect(encoder.problem == "encoder e has no layers")
    }

    @Test func roundTripsAsJSON() throws {
        var encoder = Self.good
        encoder.layers[0].contrast = nil
        encoder.layers[1].whiteningEpsilon = 3e-5
        let data = try JSONEncoder().encode(encoder)
        #expect(try JSONDecoder().decode(EncoderConfiguration.self, from: data) == encoder)
    }
}
