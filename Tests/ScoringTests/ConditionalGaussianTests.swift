import Scoring
import Tensors
import Testing

/// Gaussians per position that are conditional on the factors of the image.
@Suite struct ConditionalGaussianTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let rows: Int
        let columns: Int
        let dimension: Int
        let factors: Int
        let images: Int
        let regularization: PositionalGaussian.Regularization

        var testDescription: String {
            "\(rows)x\(columns)x\(dimension) on \(factors) factors, \(images) images, "
                + "\(regularization)"
        }
    }

    static let cases = [
        Case(
            rows: 1,
            columns: 1,
            dimension: 1,
            factors: 1,
            images: 9,
            regularization: .init(shrinkage: 0, reach: 0, floor: 1e-2)
        ),
        Case(
            rows: 2,
            columns: 3,
            dimension: 4,
            factors: 3,
            images: 25,
            regularization: .init(shrinkage: 0.1, reach: 1, floor: 1e-2)
        ),
        Case(
            rows: 3,
            columns: 2,
            dimension: 17,
            factors: 9,
            images: 60,
            regularization: .init(shrinkage: 0.3, reach: 9, floor: 1e-2)
        ),
        // One degree of freedom is left, and then none.
        Case(
            rows: 2,
            columns: 2,
            dimension: 2,
            factors: 4,
            images: 6,
            regularization: .init(shrinkage: 1, reach: 0, floor: 1e-1)
        ),
        Case(
            rows: 2,
            columns: 2,
            dimension: 3,
            factors: 5,
            images: 4,
            regularization: .init(shrinkage: 1, reach: 0, floor: 1e-1)
        ),
    ]

    /// Factors with a mean and a scale of their own, some of them related.
    static func factors(_ item: Case, seed: UInt64) -> [[Float]] {
        (0..<item.images).map { image in
            var row = randomMatrix(rows: 1, columns: item.factors, seed: seed + UInt64(image))
                .elements
            for index in row.indices {
                row[index] = row[index] * Float(1 + index % 3) + Float(index) / 2
                if index % 4 == 3 { row[index] += row[0] }
            }
            return row
        }
    }

    /// Features with a mean at each position, to which each factor adds something, and noise.
    static func images(_ item: Case, led factors: [[Float]], seed: UInt64) -> [FeatureMap] {
        let shape = { (seed: UInt64) in
            randomMap(
                height: item.rows,
                width: item.columns,
                channels: item.dimension,
                seed: seed
            )
        }
        let level = shape(seed)
        let loadings = (0..<item.factors).map { shape(seed + 1 + UInt64($0)) }
        return factors.enumerated().map { image, codes in
            var features = shape(seed + 1000 + UInt64(image))
            for index in features.elements.indices {
                features.elements[index] = 0.5 * features.elements[index] + level.elements[index]
                for factor in codes.indices {
                    features.elements[index] += codes[factor] * loadings[factor].elements[index]
                }
            }
            return features
        }
    }

    static func learned(
        _ images: [FeatureMap],
        _ factors: [[Float]],
        _ regularization: PositionalGaussian.Regularization,
        kernels: Kernels = .best
    ) -> PositionalGaussian {
        var moments = PositionalMoments(
            rows: images[0].height,
            columns: images[0].width,
            dimension: images[0].channels,
            factors: factors.first?.count ?? 0
        )
        for (image, codes) in zip(images, factors) {
            moments.add(image, factors: codes, kernels: kernels)
        }
        return PositionalGaussian([moments], regularization: regularization)
    }

    @Test(
        "means, loadings and distances are those of a regression solved directly",
        arguments: Kernels.available,
        cases
    )
    func agreesWithTheRegression(kernels: Kernels, item: Case) throws {
        let factors = Self.factors(item, seed: 301)
        let images = Self.images(item, led: factors, seed: 302)
        let gaussian = Self.learned(images, factors, item.regularization, kernels: kernels)
        let reference = ReferenceGaussian(
            images,
            factors: factors,
            regularization: item.regularization
        )
        let loadings = try #require(gaussian.loadings)
        #expect(gaussian.factors == item.factors && loadings.columns == item.dimension)
        for (place, wanted) in reference.loadings.enumerated() {
            for feature in 0..<item.dimension {
                for factor in 0..<item.factors {
                    let found = Double(loadings[place * item.factors + factor, feature])
                    let wanted = wanted[feature][factor]
                    #expect(abs(found - wanted) <= abs(wanted) * 0x1p-8 + 1e-3)
                }
            }
        }
        // The means make up for the rounding where the factors have their mean.
        let center = (0..<item.factors).map { factor in
            factors.reduce(0) { $0 + Double($1[factor]) } / Double(item.images)
        }
        let atCenter = { (intercept: Double, loadings: [Double]) in
            zip(loadings, center).reduce(intercept) { $0 + $1.0 * $1.1 }
        }
        for (place, wanted) in reference.means.enumerated() {
            for feature in 0..<item.dimension {
                let own = (0..<item.factors).map {
                    Double(loadings[place * item.factors + $0, feature])
                }
                let found = atCenter(Double(gaussian.means[place, feature]), own)
                let wanted = atCenter(wanted[feature], reference.loadings[place][feature])
                #expect(abs(found - wanted) < 1e-3)
            }
        }
        let codes = Self.factors(item, seed: 3000)[0]
        let strange = randomMap(
            height: item.rows,
            width: item.columns,
            channels: item.dimension,
            seed: 999
        )
        for (features, codes) in [(images[0], factors[0]), (strange, codes)] {
            let found = gaussian.distances(of: features, factors: codes, kernels: kernels)
            let wanted = reference.distances(of: features, factors: codes)
            for (place, wanted) in wanted.enumerated() {
                let slack = Self.rounding(of: gaussian, at: place, codes: codes, center: center)
                #expect(abs(Double(found.elements[place]) - wanted) < slack + 0x1p-8 * (1 + wanted))
            }
        }
    }

    /// How far rounded loadings may move a distance: by what they add wrongly to the features, times the whitener's norm.
    private static func rounding(
        of gaussian: PositionalGaussian,
        at place: Int,
        codes: [Float],
        center: [Double]
    ) -> Double {
        guard let loadings = gaussian.loadings else { return 0 }
        var squares = (wrong: 0.0, whitener: 0.0)
        for feature in 0..<gaussian.dimension {
            var wrong = 0.0
            for factor in codes.indices {
                let loading = Double(loadings[place * codes.count + factor, feature])
                wrong += 0x1p-8 * abs(loading) * abs(Double(codes[factor]) - center[factor])
            }
            squares.wrong += wrong * wrong
        }
        for entry in 0..<gaussian.whiteners.columns {
            squares.whitener += Double(
                gaussian.whiteners[place, entry] * gaussian.whiteners[place, entry]
            )
        }
        return (squares.wrong * squares.whitener).squareRoot()
    }

    @Test("the spread that factors explain hides nothing; without factors it hides a defect")
    func seesBehindTheSpreadOfAFactor() {
        let (dimension, noise) = (6, Float(0.02))
        let direction = randomMatrix(rows: 1, columns: dimension, seed: 321).elements
        /// A feature of each position goes with the only factor, but for a little noise.
        func image(_ number: Int) -> (features: FeatureMap, codes: [Float]) {
            var generator = SeededGenerator(seed: 322, stream: UInt64(number))
            let code = Float(generator.nextNormal())
            var features = FeatureMap(height: 2, width: 2, channels: dimension)
            for index in features.elements.indices {
                features.elements[index] =
                    1 + code * direction[index % dimension]
                    + noise * Float(generator.nextNormal())
            }
            return (features, [code])
        }
        let normal = (0..<400).map(image)
        let regularization = PositionalGaussian.Regularization(
            shrinkage: 0,
            reach: 0,
            floor: 1e-6
        )
        let conditional = Self.learned(
            normal.map(\.features),
            normal.map(\.codes),
            regularization
        )
        let plain = Self.learned(
            normal.map(\.features),
            normal.map { _ in [] },
            regularization
        )
        #expect(plain.loadings == nil)

        var squares = (conditional: 0.0, plain: 0.0)
        let fresh = (1000..<1100).map(image)
        for item in fresh {
            let found = conditional.distances(
                of: item.features,
                factors: item.codes,
                kernels: .best
            )
            for value in found.elements { squares.conditional += Double(value * value) / 400 }
            for value in plain.distances(of: item.features, kernels: .best).elements {
                squares.plain += Double(value * value) / 400
            }
        }
        // A new normal image is as far off as its dimension says, by either.
        #expect(abs(squares.conditional / Double(dimension) - 1) < 0.15)
        #expect(abs(squares.plain / Double(dimension) - 1) < 0.15)

        // At one position another image of the set shows, as usual by itself as any.
        let other = fresh.max { first, second in
            abs(first.codes[0] - fresh[0].codes[0]) < abs(second.codes[0] - fresh[0].codes[0])
        }
        var spliced = fresh[0].features
        for index in 0..<dimension {
            spliced.elements[index] = other?.features.elements[index] ?? 0
        }
        let seen = conditional.distances(of: spliced, factors: fresh[0].codes, kernels: .best)
        let unseen = plain.distances(of: spliced, kernels: .best)
        let usual = Float(dimension).squareRoot()
        #expect(seen[0, 0] > 20 * usual)
        #expect(unseen[0, 0] < 2 * usual)
        #expect(seen[0, 1] < 2 * usual && seen[1, 1] < 2 * usual)
    }

    @Test("factors that say nothing leave the Gaussian as it would be without them")
    func constantFactorsChangeNothing() {
        let item = Self.cases[1]
        let images = Self.images(item, led: Self.factors(item, seed: 331), seed: 332)
        let zeros = images.map { _ in [Float](repeating: 0, count: 3) }
        let with = Self.learned(images, zeros, item.regularization)
        let without = Self.learned(images, images.map { _ in [] }, item.regularization)
        #expect(with.means == without.means)
        #expect(with.loadings?.elements.floats.allSatisfy { $0 == 0 } == true)
        // The degrees of freedom are still counted: 25 images less 3 factors and the mean.
        let ratio = (25.0 / 21).squareRoot()
        let strange = randomMap(height: 2, width: 3, channels: 4, seed: 333)
        let far = without.distances(of: strange, kernels: .best).elements
        #expect(
            largestDifference(
                with.distances(of: strange, factors: [0, 0, 0], kernels: .best).elements,
                far.map { Double($0) / ratio }
            ) < 0x1p-7 * Double(far.max() ?? 0)
        )
    }

    @Test(
        "few, equal and constant images with factors give finite distances",
        arguments: [1, 2, 5, 30]
    )
    func survivesImagesThatAreAllAlike(copies: Int) {
        let image = randomMap(height: 3, width: 2, channels: 8, seed: 341)
        let codes = randomMatrix(rows: 1, columns: 4, seed: 342).elements
        let gaussian = Self.learned(
            [FeatureMap](repeating: image, count: copies),
            [[Float]](repeating: codes, count: copies),
            .init()
        )
        let strange = randomMap(height: 3, width: 2, channels: 8, seed: 343)
        for features in [image, strange] {
            let found = gaussian.distances(of: features, factors: codes, kernels: .best)
            #expect(found.elements.allSatisfy { $0.isFinite && $0 >= 0 })
        }
        #expect(
            gaussian.distances(of: image, factors: codes, kernels: .best).elements
                .allSatisfy { $0 < 1 }
        )
    }
}
