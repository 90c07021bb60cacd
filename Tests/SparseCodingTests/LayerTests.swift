import Patches
import SparseCoding
import Tensors
import Testing

@Suite struct LayerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let size: (height: Int, width: Int)
        let channels: Int
        let configuration: LayerConfiguration

        init(
            _ height: Int,
            _ width: Int,
            _ channels: Int,
            window: Int,
            stride: Int = 1,
            contrast: Float? = 1e-2,
            components: Int? = 11,
            atoms: Int,
            signed: Bool = true,
            pooling: Int = 1
        ) {
            size = (height, width)
            self.channels = channels
            configuration = LayerConfiguration(
                window: window,
                stride: stride,
                contrast: contrast,
                components: components,
                atoms: atoms,
                signed: signed,
                pooling: pooling
            )
        }

        var testDescription: String {
            "\(size.height)x\(size.width)x\(channels) window \(configuration.window) stride "
                + "\(configuration.stride) atoms \(configuration.atoms) signed "
                + "\(configuration.signed) pooling \(configuration.pooling)"
                + (configuration.components == nil ? " unwhitened" : "")
        }
    }

    static let cases = [
        Case(1, 1, 1, window: 3, atoms: 1),
        Case(1, 1, 3, window: 7, stride: 2, atoms: 17, pooling: 2),
        Case(2, 5, 3, window: 7, contrast: nil, atoms: 16, signed: false),
        Case(9, 1, 16, window: 1, contrast: nil, atoms: 5, pooling: 4),
        Case(13, 17, 3, window: 3, stride: 2, atoms: 33, pooling: 2),
        Case(10, 23, 1, window: 7, stride: 3, atoms: 20, signed: false, pooling: 3),
        Case(7, 31, 17, window: 3, contrast: 1, atoms: 15, pooling: 5),
        Case(16, 16, 16, window: 5, stride: 1, atoms: 64, signed: false, pooling: 16),
        Case(8, 9, 3, window: 3, contrast: nil, components: nil, atoms: 19, signed: false),
        Case(11, 6, 5, window: 5, stride: 2, components: nil, atoms: 18, pooling: 2),
        Case(1, 2, 1, window: 1, contrast: nil, components: nil, atoms: 2),
    ]

    @Test(
        "equals reflection, normalisation, whitening, product, threshold and pooling in doubles",
        arguments: Kernels.available,
        cases
    )
    func encodesAsDocumented(kernels: Kernels, item: Case) {
        let parameters = randomParameters(
            item.configuration,
            inputChannels: item.channels,
            seed: 101
        )
        let map = randomMap(
            height: item.size.height,
            width: item.size.width,
            channels: item.channels,
            seed: 102
        )
        let found = Layer(parameters: parameters, kernels: kernels).encode(map)
        let wanted = ReferenceLayer(parameters: parameters).encode(map)
        let (stride, pooling) = (item.configuration.stride, item.configuration.pooling)
        let height = (item.size.height + stride - 1) / stride
        let width = (item.size.width + stride - 1) / stride
        #expect(found.codes.height == (height + pooling - 1) / pooling)
        #expect(found.codes.width == (width + pooling - 1) / pooling)
        #expect(found.codes.channels == item.configuration.channels)
        #expect(found.reconstructionError.rows == height)
        #expect(found.variance.columns == width)
        #expect(largestDifference(found.codes.elements, wanted.codes) < 5e-5)
        #expect(largestDifference(found.reconstructionError.elements, wanted.errors) < 5e-4)
        #expect(largestDifference(found.mean.elements, wanted.means) < 1e-6)
        #expect(largestDifference(found.variance.elements, wanted.variances) < 3e-6)
    }

    @Test func codesAndErrorsAreNeverNegative() {
        let configuration = LayerConfiguration(
            window: 3,
            stride: 1,
            contrast: 1e-3,
            components: 1,
            atoms: 2
        )
        // With one component each atom is the whole patch and the error is 0 but for rounding.
        let parameters = randomParameters(configuration, inputChannels: 1, seed: 103)
        let map = randomMap(height: 20, width: 20, channels: 1, seed: 104)
        let response = Layer(parameters: parameters, kernels: .best).encode(map)
        #expect(response.codes.elements.allSatisfy { $0 >= 0 })
        #expect(response.reconstructionError.elements.allSatisfy { $0 >= 0 && $0 < 1e-4 })
    }

    @Test("flat maps and large numbers stay finite", arguments: [Float(0), 0.5, 1e4])
    func staysFinite(level: Float) {
        for contrast: Float? in [nil, 1e-3] {
            let configuration = LayerConfiguration(
                window: 5,
                stride: 2,
                contrast: contrast,
                components: 11,
                atoms: 9,
                pooling: 2
            )
            let parameters = randomParameters(configuration, inputChannels: 3, seed: 105)
            let map = FeatureMap(height: 9, width: 12, channels: 3, repeating: level)
            let response = Layer(parameters: parameters, kernels: .best).encode(map)
            #expect(response.codes.elements.allSatisfy { $0.isFinite })
            #expect(response.reconstructionError.elements.allSatisfy { $0.isFinite })
        }
    }

    @Test func allFusedKernelSetsGiveTheSameBits() {
        let item = Self.cases[4]
        let parameters = randomParameters(item.configuration, inputChannels: 3, seed: 106)
        let map = randomMap(height: 13, width: 17, channels: 3, seed: 107)
        let responses = Kernels.available.filter { $0.description != "baseline" }
            .map { Layer(parameters: parameters, kernels: $0).encode(map) }
        for response in responses.dropFirst() {
            #expect(response.codes == responses[0].codes)
            #expect(response.reconstructionError == responses[0].reconstructionError)
        }
    }
}
