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

    @Test func layersAreConvolutionsAndTheSecondHasAtomsOfItsOwn() throws {
        let kernels = Self.kernels(of: 0)
        #expect(
            kernels.convolutions == [
                // Windows of 7 x 7 places of 3 channels at every second of 256 places.
                ConvolutionShape(
                    height: 128,
                    width: 128,
                    window: 4,
                    depth: 12,
                    columns: 64,
                    plainDepth: 147
                ),
                ConvolutionShape(height: 64, width: 64, window: 3, depth: 128, columns: 128),
            ]
        )
        let atoms = try #require(kernels.products.first)
        #expect(kernels.products.count == 1)
        #expect(atoms.rows == 64 && atoms.calls == 64 && atoms.depth == 128)
        #expect(atoms.columns == 256 && atoms.callStride == 0)
    }

    @Test func rectifiesAndPoolsEveryLayer() {
        #expect(
            Self.kernels(of: 0).rectifications == [
                RectificationShape(
                    height: 128,
                    width: 128,
                    columns: 64,
                    isSigned: true,
                    windows: .blocks(of: 2)
                ),
                RectificationShape(
                    height: 64,
                    width: 64,
                    columns: 256,
                    isSigned: true,
                    windows: .centred(window: 5, stride: 2)
                ),
            ]
        )
    }

    @Test func detectorsReduceAtEverySecondPlace() {
        let kernels = Self.kernels(of: 0)
        #expect(kernels.detectorProducts.map(\.columns) == [32, 96, 512])
        #expect(kernels.detectorProducts.map(\.depth) == [512, 512, 97])
        #expect(kernels.detectorProducts.map { $0.rows * $0.calls } == [1024, 1024, 1024])
        // Both detectors of this encoder share one average.
        #expect(kernels.rectifications.count == 2)
    }

    @Test func largestEncodersGiveEachShapeOnce() {
        let kernels = ImageKernels.ofLargestEncoders(in: .standard, channels: 3)
        // The two families differ in what they normalise, not in shape.
        #expect(kernels.products.count == 1)
        #expect(kernels.convolutions.count == 2)
        #expect(kernels.rectifications.count == 2)
        #expect(kernels.detectorProducts.map(\.columns) == [32, 96, 512])
        let products = (kernels.products + kernels.detectorProducts).map(\.operations)
        #expect(
            kernels.operations
                == (products + kernels.convolutions.map(\.operations)).reduce(0, +)
        )
    }

    @Test func strongerInferenceNeedsThePlainProducts() {
        var configuration = ModelConfiguration.standard
        configuration.encoders[0].layers[1].inference = .omp(nonzeroLimit: 4)
        let kernels = ImageKernels(
            of: configuration.encoders[0],
            in: configuration,
            channels: 3
        )
        #expect(kernels.convolutions.map(\.window) == [4])
        #expect(kernels.products.map(\.depth) == [1152, 128])
        #expect(kernels.products.map(\.columns) == [128, 256])
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
        let whole = ConvolutionShape(height: 64, width: 64, window: 3, depth: 128, columns: 128)
        #expect(whole.plainOperations == 1_207_959_552)
        #expect(whole.operations * 4 == whole.plainOperations)
        // A tile that is not full costs as much as a full one.
        let ragged = ConvolutionShape(height: 5, width: 4, window: 3, depth: 16, columns: 32)
        #expect(ragged.operations == 73_728)
        let larger = ConvolutionShape(height: 4, width: 3, window: 4, depth: 16, columns: 32)
        #expect(larger.operations == 73_728)
    }

    @Test(
        arguments: [
            (64, 64, 3, 12), (32, 32, 3, 24), (16, 16, 3, 16), (300, 500, 3, 4), (4, 2000, 3, 4),
            (128, 128, 4, 6),
        ]
    )
    func bandsAreWholeTiles(height: Int, width: Int, window: Int, band: Int) {
        let shape = ConvolutionShape(
            height: height,
            width: width,
            window: window,
            depth: 16,
            columns: 16
        )
        #expect(shape.band == band)
    }

    @Test func countsTheBytesOfRectification() {
        // 4 x 4 places into 2 x 2 blocks: a row of responses and a line of averages each; the line is read again and
        // written, second rows read the averages so far too.
        let blocks = RectificationShape(
            height: 4,
            width: 4,
            columns: 16,
            isSigned: false,
            windows: .blocks(of: 2)
        )
        let numbers: Int = 16 * (4 * (4 + 2) + 2 * 2 * 2 + 2 * 3 * 2)
        #expect(blocks.bytes == Double(4 * numbers))
    }
}
