import Scoring
import Tensors
import Testing

@Suite struct PositionalMomentsTests {
    /// Moments of whole numbers, which floats add without rounding.
    static func moments(of images: Range<Int>, kernels: Kernels) -> PositionalMoments {
        var moments = PositionalMoments(rows: 3, columns: 2, dimension: 17)
        for image in images {
            var features = randomMap(height: 3, width: 2, channels: 17, seed: UInt64(image))
            for index in features.elements.indices {
                features.elements[index] = (features.elements[index] * 3).rounded()
            }
            moments.add(features, kernels: kernels)
        }
        return moments
    }

    @Test(arguments: Kernels.available)
    func mergingEqualsAddingAll(kernels: Kernels) {
        let whole = Self.moments(of: 0..<23, kernels: kernels)
        var parts = Self.moments(of: 0..<5, kernels: kernels)
        parts.merge(Self.moments(of: 5..<5, kernels: kernels))
        parts.merge(Self.moments(of: 5..<22, kernels: kernels))
        #expect(parts != whole)
        parts.merge(Self.moments(of: 22..<23, kernels: kernels))
        #expect(parts == whole)
        #expect(parts.images == 23)
    }

    @Test(arguments: Kernels.available, [0, 7])
    func addingTogetherIsTheSameToTheBit(kernels: Kernels, factors: Int) {
        let images = (0..<11).map { image in
            DetectorFeatures(
                map: randomMap(height: 5, width: 7, channels: 13, seed: UInt64(image)),
                factors: randomMap(
                    height: 1,
                    width: 1,
                    channels: max(1, factors),
                    seed: UInt64(50 + image)
                ).elements.prefix(factors).map(\.self)
            )
        }
        let empty = PositionalMoments(rows: 5, columns: 7, dimension: 13, factors: factors)
        var (apart, together) = (empty, empty)
        for image in images { apart.add([image], kernels: kernels) }
        together.add([], kernels: kernels)
        together.add(Array(images.prefix(8)), kernels: kernels)
        together.add(Array(images.dropFirst(8)), kernels: kernels)
        #expect(together == apart)
        #expect(together != empty && together.images == 11)
    }

    @Test func theGaussianOfPartsIsThatOfTheWhole() {
        let regularization = PositionalGaussian.Regularization()
        let parts = [0..<4, 4..<9, 9..<23].map { Self.moments(of: $0, kernels: .best) }
        let whole = Self.moments(of: 0..<23, kernels: .best)
        #expect(
            PositionalGaussian(parts, regularization: regularization)
                == PositionalGaussian([whole], regularization: regularization)
        )
    }

    /// Moments of whole numbers with two factors of each image.
    static func conditional(of images: Range<Int>, kernels: Kernels) -> PositionalMoments {
        var moments = PositionalMoments(rows: 3, columns: 2, dimension: 5, factors: 2)
        for image in images {
            var features = randomMap(height: 3, width: 2, channels: 5, seed: UInt64(image))
            for index in features.elements.indices {
                features.elements[index] = (features.elements[index] * 3).rounded()
            }
            // What the factors explain is exact too: they are whole, and features follow them.
            let codes = [Float(image % 5), Float(image % 3 - 1)]
            for index in features.elements.indices {
                features.elements[index] += codes[index % 2] * Float(index % 4)
            }
            moments.add(features, factors: codes, kernels: kernels)
        }
        return moments
    }

    @Test(arguments: Kernels.available)
    func mergingKeepsFactors(kernels: Kernels) {
        let whole = Self.conditional(of: 0..<23, kernels: kernels)
        var parts = Self.conditional(of: 0..<9, kernels: kernels)
        parts.merge(Self.conditional(of: 9..<9, kernels: kernels))
        parts.merge(Self.conditional(of: 9..<22, kernels: kernels))
        #expect(parts != whole)
        parts.merge(Self.conditional(of: 22..<23, kernels: kernels))
        #expect(parts == whole)
        #expect(parts.factors == 2 && parts.images == 23)
        #expect(
            PositionalGaussian([whole], regularization: .init()).loadings
                != PositionalGaussian(
                    [Self.conditional(of: 0..<22, kernels: kernels)],
                    regularization: .init()
                ).loadings
        )
    }
}
