import Patches
import Scoring
import SparseCoding
import Tensors
import Testing

@Suite struct ExemplarsTests {
    /// Samples around some centres.
    static func clustered(_ count: Int, dimension: Int, centres: Int, seed: UInt64) -> Matrix {
        let middle = randomMatrix(rows: centres, columns: dimension, seed: seed)
        var samples = randomMatrix(rows: count, columns: dimension, seed: seed + 1)
        for row in 0..<count {
            for column in 0..<dimension {
                samples[row, column] =
                    3 * middle[row % centres, column] + samples[row, column] / 2
            }
        }
        return samples
    }

    /// The distance of each row to the nearest exemplar, in double precision.
    static func nearest(_ rows: Matrix, _ exemplars: Matrix) -> [Double] {
        (0..<rows.rows).map { row in
            (0..<exemplars.rows).map { exemplar in
                (0..<rows.columns).reduce(0.0) { sum, column in
                    let difference = Double(rows[row, column]) - Double(exemplars[exemplar, column])
                    return sum + difference * difference
                }
            }.min().map { $0.squareRoot() } ?? .infinity
        }
    }

    static func error(_ rows: Matrix, _ exemplars: Matrix) -> Double {
        nearest(rows, exemplars).reduce(0) { $0 + $1 * $1 }
    }

    @Test("k-means explains samples better than any draw of them", arguments: Kernels.available)
    func beatsRandomExemplars(kernels: Kernels) {
        let samples = Self.clustered(1500, dimension: 11, centres: 20, seed: 241)
        let learned = Exemplars(learningFrom: samples, count: 30, seed: 1, kernels: kernels)
        #expect(learned.vectors.rows == 30 && learned.vectors.columns == 11)
        let error = Self.error(samples, learned.vectors)
        for seed in 0..<10 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let chosen = generator.choose(30, of: 1500)
            var drawn = Matrix(rows: 30, columns: 11)
            drawn.elements = chosen.flatMap { samples.row($0) }
            #expect(error < 0.9 * Self.error(samples, drawn))
        }
    }

    @Test func morePassesNeverRaiseTheError() {
        let samples = Self.clustered(600, dimension: 5, centres: 9, seed: 242)
        let errors = (0...6).map { passes in
            Self.error(
                samples,
                Exemplars(
                    learningFrom: samples,
                    count: 12,
                    seed: 2,
                    kernels: .best,
                    iterations: passes
                ).vectors
            )
        }
        #expect(zip(errors, errors.dropFirst()).allSatisfy { $1 <= $0 * (1 + 1e-6) })
        #expect(errors[6] < errors[0])
    }

    @Test func keepsFewSamplesAndIsReproducible() {
        let samples = Self.clustered(40, dimension: 3, centres: 4, seed: 243)
        func learned(_ count: Int, seed: UInt64) -> Matrix {
            Exemplars(learningFrom: samples, count: count, seed: seed, kernels: .best).vectors
        }
        #expect(learned(40, seed: 1) == samples)
        #expect(learned(99, seed: 1) == samples)
        #expect(learned(7, seed: 1) == learned(7, seed: 1))
        #expect(learned(7, seed: 1) != learned(7, seed: 2))
    }

    @Test func identicalSamplesGiveThatSample() {
        let samples = Matrix(rows: 20, columns: 3, repeating: 0.75)
        let vectors = Exemplars(learningFrom: samples, count: 5, seed: 1, kernels: .best).vectors
        #expect(vectors.elements.allSatisfy { $0 == 0.75 })
    }
}

/// The maps of each method, seen through the bank of detectors.
@Suite struct DetectorMapTests {
    static let encoder: Encoder = {
        let configuration = LayerConfiguration(
            window: 3,
            stride: 1,
            contrast: nil,
            components: 9,
            atoms: 7,
            pooling: 2
        )
        let samples = randomMatrix(rows: 400, columns: 9, seed: 251)
        let parameters = LayerParameters(
            learning: configuration,
            inputChannels: 1,
            samples: samples,
            seed: 1,
            kernels: .best
        )
        return Encoder(
            configuration: EncoderConfiguration(name: "e", pixels: 400, layers: [configuration]),
            layers: [Layer(parameters: parameters, kernels: .best)]
        )
    }()

    static func map(
        _ method: DetectorConfiguration.Method,
        _ normality: DetectorParameters.Normality,
        window: Int,
        grid: PositionGrid,
        image: FeatureMap,
        kernels: Kernels
    ) throws -> Matrix {
        let detector = DetectorParameters(
            configuration: DetectorConfiguration(
                encoder: "e",
                layer: 1,
                method: method,
                window: window
            ),
            normality: normality
        )
        let bank = CrossFittedCalibration.FoldBank(
            encoders: [encoder],
            detectors: [detector],
            grid: grid,
            kernels: kernels
        )
        return try #require(bank.maps(of: image).first)
    }

    static let image = randomMap(height: 20, width: 20, channels: 1, seed: 252)

    @Test(arguments: Kernels.available, [1, 5])
    func exemplarMapsAreDistancesToTheNearest(kernels: Kernels, window: Int) throws {
        let codes = Self.encoder.encode(Self.image)[0].codes
        let averaged = FeatureReduction.average(codes, window: window, kernels: kernels)
        let side = window == 1 ? 10 : 5
        #expect(averaged.height == side && averaged.width == side)
        let reduction = FeatureReduction(
            window: window,
            whitening: Whitening(
                mean: randomMatrix(rows: 1, columns: 14, seed: 253).elements,
                projection: randomMatrix(rows: 6, columns: 14, seed: 254),
                keptVariance: 1
            )
        )
        // More exemplars than a block of products holds.
        let exemplars = randomMatrix(rows: 300, columns: 6, seed: 255)
        let found = try Self.map(
            .exemplars(dimension: 6, count: 300),
            .exemplars(reduction, Exemplars(vectors: exemplars)),
            window: window,
            grid: PositionGrid(rows: side, columns: side),
            image: Self.image,
            kernels: kernels
        )
        let rows = Matrix(rows: side * side, columns: 14, filledWith: averaged.elements)
        let features = reduction.whitening.apply(to: rows, kernels: kernels)
        let wanted = ExemplarsTests.nearest(features, exemplars)
        #expect(largestDifference(found.elements, wanted) < 1e-3)
    }

    @Test func gaussianMapsAreDistancesOfResampledFeatures() throws {
        let grid = PositionGrid(rows: 4, columns: 6)
        let reduction = FeatureReduction(
            window: 3,
            whitening: Whitening(
                mean: [Float](repeating: 0.1, count: 14),
                projection: randomMatrix(rows: 5, columns: 14, seed: 256),
                keptVariance: 1
            )
        )
        var moments = PositionalMoments(rows: 4, columns: 6, dimension: 5)
        for seed: UInt64 in 0..<9 {
            let features = randomMap(height: 4, width: 6, channels: 5, seed: 257 + seed)
            moments.add(features, kernels: .best)
        }
        let gaussian = PositionalGaussian([moments], regularization: .init())
        let found = try Self.map(
            .positionalGaussian(dimension: 5),
            .gaussian(reduction, gaussian),
            window: 3,
            grid: grid,
            image: Self.image,
            kernels: .best
        )
        let codes = Self.encoder.encode(Self.image)[0].codes
        let averaged = codes.meanPooled(window: 3, stride: 2, kernels: .best)
        let rows = Matrix(rows: 25, columns: 14, filledWith: averaged.elements)
        let features = FeatureMap(
            height: 5,
            width: 5,
            channels: 5,
            filledWith: reduction.whitening.apply(to: rows, kernels: .best).elements
        )
        let resampled = Resampler(height: 4, width: 6).resample(features)
        let wanted = gaussian.distances(of: resampled, kernels: .best).elements.map(Double.init)
        #expect(largestDifference(found.elements, wanted) < 1e-3)
    }

    @Test func reconstructionMapsAreTheLayersErrors() throws {
        let grid = PositionGrid(rows: 20, columns: 20)
        let found = try Self.map(
            .reconstructionError,
            .dictionary,
            window: 5,
            grid: grid,
            image: Self.image,
            kernels: .best
        )
        #expect(found == Self.encoder.encode(Self.image)[0].reconstructionError)
    }
}
