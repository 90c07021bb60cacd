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

    @Test func theGaussianOfPartsIsThatOfTheWhole() {
        let regularization = PositionalGaussian.Regularization()
        let parts = [0..<4, 4..<9, 9..<23].map { Self.moments(of: $0, kernels: .best) }
        let whole = Self.moments(of: 0..<23, kernels: .best)
        #expect(
            PositionalGaussian(parts, regularization: regularization)
                == PositionalGaussian([whole], regularization: regularization)
        )
    }
}
