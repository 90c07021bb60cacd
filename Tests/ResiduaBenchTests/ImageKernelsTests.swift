import Scoring
import SparseCoding
import Tensors
import Testing
import residua_bench

/// What the bench says the default model does with an image.
@Suite struct ImageKernelsTests {
    private static func kernels(of encoder: Int) -> ImageKernels {
        ImageKernels(
            of: ModelConfiguration.standard.encoders[encoder],
            in: .standard,
            channels: 3
        )
    }

    @Test func firstLayersFoldWhiteningIntoAtoms() throws {
        let product = try #require(Self.kernels(of: 0).products.first)
        // Windows of 7 x 7 places of 3 channels at every second of 256 places, in a map with a border of 3.
        #expect(product.rows == 128 && product.calls == 128)
        #expect(product.depth == 147 && product.runs == 7 && product.length == 21)
        #expect(product.rowStride == 6 && product.runStride == 262 * 3)
        #expect(product.callStride == 2 * 262 * 3)
        #expect(product.columns == 64)
        #expect(product.operations == 308_281_344)
        // The last row of windows ends with the last row of the bordered map but one.
        #expect(product.extent == 205_143)
    }

    @Test func secondLayersAreConvolutionsAndAtoms() throws {
        let kernels = Self.kernels(of: 0)
        #expect(
            kernels.convolutions
                == [ConvolutionShape(height: 64, width: 64, channels: 128, columns: 128)]
        )
        let atoms = try #require(kernels.products.last)
        #expect(kernels.products.count == 2)
        #expect(atoms.rows == 64 && atoms.calls == 64 && atoms.depth == 128)
        #expect(atoms.columns == 256 && atoms.callStride == 0)
    }

    @Test func rectifiesAndPoolsEveryLayer() {
        let kernels = Self.kernels(of: 0)
        #expect(
            kernels.rectifications == [
                RectificationShape(height: 128, width: 128, columns: 64, isSigned: true),
                RectificationShape(height: 64, width: 64, columns: 256, isSigned: true),
            ]
        )
        // Both detectors of this encoder share one average.
        #expect(
            kernels.poolings == [
                PoolingShape(height: 128, width: 128, channels: 128, windows: .blocks(of: 2)),
                PoolingShape(
                    height: 64,
                    width: 64,
                    channels: 512,
                    windows: .centred(window: 5, stride: 2)
                ),
            ]
        )
    }

    @Test func detectorsReduceAtEverySecondPlace() {
        let products = Self.kernels(of: 0).detectorProducts
        #expect(products.map(\.columns) == [32, 96, 512])
        #expect(products.map(\.depth) == [512, 512, 97])
        #expect(products.map { $0.rows * $0.calls } == [1024, 1024, 1024])
    }

    @Test func largestEncodersGiveEachShapeOnce() {
        let kernels = ImageKernels.ofLargestEncoders(in: .standard, channels: 3)
        // The two families differ in what they normalise, not in shape.
        #expect(kernels.products.count == 2)
        #expect(kernels.convolutions.count == 1)
        #expect(kernels.rectifications.count == 2)
        #expect(kernels.poolings.count == 2)
        #expect(kernels.detectorProducts.map(\.columns) == [32, 96, 512])
        let products = (kernels.products + kernels.detectorProducts).map(\.operations)
        let sum = products.reduce(kernels.convolutions[0].operations, +)
        #expect(kernels.operations == sum)
    }

    @Test func strongerInferenceNeedsThePlainProducts() {
        var configuration = ModelConfiguration.standard
        configuration.encoders[0].layers[1].inference = .omp(nonzeroLimit: 4)
        let kernels = ImageKernels(
            of: configuration.encoders[0],
            in: configuration,
            channels: 3
        )
        #expect(kernels.convolutions.isEmpty)
        #expect(kernels.products.map(\.depth) == [147, 1152, 128])
        #expect(kernels.products.map(\.columns) == [64, 128, 256])
    }

    @Test func layersWithoutWhiteningMultiplyPatches() {
        var configuration = ModelConfiguration.standard
        configuration.encoders[0].layers[0].components = nil
        let product = ImageKernels(
            of: configuration.encoders[0],
            in: configuration,
            channels: 1
        ).products[0]
        #expect(product.depth == 49 && product.runs == 1)
    }

    @Test func convolutionDoesAQuarterOfThePlainOne() {
        let whole = ConvolutionShape(height: 64, width: 64, channels: 128, columns: 128)
        #expect(whole.plainOperations == 1_207_959_552)
        #expect(whole.operations * 4 == whole.plainOperations)
        // A tile that is not full costs as much as a full one.
        let ragged = ConvolutionShape(height: 5, width: 4, channels: 16, columns: 32)
        #expect(ragged.operations == 73_728)
    }

    @Test(arguments: [(64, 64, 12), (32, 32, 24), (16, 16, 16), (300, 500, 4), (4, 2000, 4)])
    func bandsAreWholeTiles(height: Int, width: Int, band: Int) {
        let shape = ConvolutionShape(height: height, width: width, channels: 16, columns: 16)
        #expect(shape.band == band)
    }

    @Test func countsTheBytesOfPooling() {
        // 4 x 4 places into 2 x 2 blocks: each row is read once; second rows read the averages so far too.
        let blocks = PoolingShape(height: 4, width: 4, channels: 16, windows: .blocks(of: 2))
        let numbers: Int = 16 * (4 * 4 + 2 * 2 + 2 * 4)
        #expect(blocks.bytes == Double(4 * numbers))
        let rectified = RectificationShape(height: 2, width: 3, columns: 5, isSigned: true)
        #expect(rectified.bytes == 360)
    }
}
