import Patches
import Scoring
import SparseCoding
import Tensors
import Testing

@Suite struct ImageFactorsTests {
    /// Factors that are the cell means themselves.
    static func cells(_ cells: Int, channels: Int) -> ImageFactors {
        let depth = cells * cells * channels
        var identity = Matrix(rows: depth, columns: depth)
        for index in 0..<depth { identity[index, index] = 1 }
        return ImageFactors(
            cells: cells,
            projection: Whitening(
                mean: [Float](repeating: 0, count: depth),
                projection: identity,
                keptVariance: 1
            )
        )
    }

    @Test(
        "a cell is the mean of all places that it touches",
        arguments: Kernels.available,
        [(8, 8, 4), (9, 7, 4), (5, 12, 3), (3, 2, 4), (1, 1, 4), (1, 9, 2), (6, 6, 1)]
    )
    func averagesOverCells(kernels: Kernels, shape: (height: Int, width: Int, cells: Int)) {
        let (height, width, cells) = shape
        let map = randomMap(height: height, width: width, channels: 3, seed: 351)
        let found = Self.cells(cells, channels: 3).codes(of: map, kernels: kernels)
        /// Whether a place, `[place, place + 1)`, and a cell overlap, in units of `1 / (size * cells)`.
        func touches(_ place: Int, _ cell: Int, _ size: Int) -> Bool {
            place * cells < (cell + 1) * size && cell * size < (place + 1) * cells
        }
        var wanted: [Double] = []
        for row in 0..<cells {
            for column in 0..<cells {
                for channel in 0..<3 {
                    var values: [Double] = []
                    for y in 0..<height where touches(y, row, height) {
                        for x in 0..<width where touches(x, column, width) {
                            values.append(Double(map[y, x, channel]))
                        }
                    }
                    wanted.append(values.reduce(0, +) / Double(values.count))
                }
            }
        }
        #expect(largestDifference(found, wanted) < 1e-5)
    }

    @Test("codes of the training images have unit variance and go their own ways")
    func codesAreWhite() {
        let (cells, channels, count) = (2, 3, 4)
        // What varies: a few patterns over the cells, some ten times as strong as others.
        let patterns = randomMatrix(rows: 6, columns: cells * cells * channels, seed: 361)
        let images = (0..<300).map { image -> FeatureMap in
            let weights = randomMatrix(rows: 1, columns: 6, seed: 362 + UInt64(image)).elements
            var map = FeatureMap(height: cells, width: cells, channels: channels)
            for index in map.elements.indices {
                map.elements[index] =
                    (0..<6).reduce(5) {
                        $0 + weights[$1] * patterns[$1, index] / Float(1 + 2 * $1)
                    }
            }
            return map
        }
        let factors = ImageFactors(
            learningFrom: Matrix(
                rows: images.count,
                columns: cells * cells * channels,
                filledWith: images.flatMap(\.elements)
            ),
            count: count,
            cells: cells,
            kernels: .best
        )
        #expect(factors.count == count)
        #expect(factors.projection.keptVariance > 0.8 && factors.projection.keptVariance < 1)
        let codes = images.map { factors.codes(of: $0, kernels: .best).map(Double.init) }
        for first in 0..<count {
            let (mean, variance) = ReferenceKernels.moments(codes.map { $0[first] })
            #expect(abs(mean) < 1e-3)
            #expect(variance > 0.97 && variance < 1.001)
            for second in 0..<first {
                let product = codes.reduce(0) { $0 + $1[first] * $1[second] } / 300
                #expect(abs(product) < 1e-3)
            }
        }
    }

    @Test(
        "codes far outside of what normal images show are drawn back and keep their direction",
        arguments: [(1, Float(3)), (2, Float(6)), (3, Float(9))]
    )
    func codesAreBounded(cells: Int, reach: Float) {
        let factors = Self.cells(cells, channels: 1)
        #expect(abs(factors.reach - reach) < 1e-6)
        var map = FeatureMap(height: cells, width: cells, channels: 1)
        for index in map.elements.indices { map.elements[index] = index % 2 == 0 ? 1 : -0.5 }
        let norm = map.elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for wanted in [0.3, 0.99, 1, 1.01, 30, 1e6] as [Float] {
            var image = map
            for index in image.elements.indices { image.elements[index] *= wanted * reach / norm }
            let codes = factors.codes(of: image, kernels: .best)
            let expected = map.elements.map { Double($0 * min(1, wanted) * reach / norm) }
            #expect(largestDifference(codes, expected) < 1e-4)
        }
    }

    @Test func codesThatAreNoNumbersStayNone() {
        let map = FeatureMap(height: 2, width: 2, channels: 1, filledWith: [.nan, 1, 1, 1])
        let codes = Self.cells(2, channels: 1).codes(of: map, kernels: .best)
        #expect(codes.contains { $0.isNaN })
    }

    struct Limit: Sendable {
        let images: Int
        let declared: Int
        let perFactor: Int
        let cells: Int
        /// Without a fold left out, with one, with two.
        let counts: [Int?]
    }

    @Test(
        "there are no more factors than declared, than images allow and than cells have numbers",
        arguments: [
            Limit(images: 24, declared: 96, perFactor: 3, cells: 4, counts: [8, 6, 4]),
            Limit(images: 24, declared: 5, perFactor: 3, cells: 4, counts: [5, 5, 4]),
            Limit(images: 24, declared: 96, perFactor: 3, cells: 1, counts: [4, 4, 4]),
            Limit(images: 24, declared: 96, perFactor: 20, cells: 4, counts: [1, nil, nil]),
            Limit(images: 24, declared: 96, perFactor: 25, cells: 4, counts: [nil, nil, nil]),
            Limit(images: 24, declared: 0, perFactor: 3, cells: 4, counts: [nil, nil, nil]),
        ]
    )
    func countIsLimited(limit: Limit) {
        let encoder = DetectorBankTests.encoder
        let configuration = ModelConfiguration(
            encoders: [encoder.configuration],
            detectors: [
                DetectorConfiguration(
                    encoder: "e",
                    layer: 1,
                    method: .positionalGaussian(dimension: 4)
                ),
                DetectorConfiguration(
                    encoder: "e",
                    layer: 1,
                    method: .exemplars(dimension: 4, count: 8)
                ),
            ],
            positions: 16,
            factors: .init(
                count: limit.declared,
                cells: limit.cells,
                imagesPerFactor: limit.perFactor
            )
        )
        let folding = Folding(images: limit.images, wanted: 4)
        var learner = DetectorLearner(
            configuration: configuration,
            grid: PositionGrid(rows: 4, columns: 4),
            folding: folding,
            seed: 1
        )
        var generator = SeededGenerator(seed: 371)
        for image in 0..<limit.images {
            let samples = learner.samples(
                of: randomMap(height: 20, width: 20, channels: 1, seed: 372 + UInt64(image)),
                encoders: [encoder],
                count: 9,
                generator: &generator,
                kernels: .best
            )
            learner.offer(samples: samples, fold: folding.fold(of: image), tile: image)
        }
        learner.reduce(kernels: .best)
        let maker = learner.featureMaker(kernels: .best)
        for image in 0..<limit.images {
            learner.offer(
                features: maker.features(
                    of: randomMap(height: 20, width: 20, channels: 1, seed: 372 + UInt64(image)),
                    encoders: [encoder],
                    fold: folding.fold(of: image)
                ),
                tile: image,
                kernels: .best
            )
        }
        learner.settle(kernels: .best)
        let sets: [Set<Int>] = [[], [2], [1, 2]]
        let counts = sets.map { leftOut -> Int? in
            let detectors = learner.detectors(leavingOut: leftOut, kernels: .best)
            guard case .gaussian(_, let factors, let gaussian) = detectors[0].normality else {
                Issue.record("no Gaussian")
                return nil
            }
            #expect(gaussian.factors == factors?.count ?? 0)
            return factors?.count
        }
        #expect(counts == limit.counts)
    }
}
