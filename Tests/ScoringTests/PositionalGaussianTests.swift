import Scoring
import Tensors
import Testing

@Suite struct PositionalGaussianTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let rows: Int
        let columns: Int
        let dimension: Int
        let images: Int
        let regularization: PositionalGaussian.Regularization

        init(
            _ rows: Int,
            _ columns: Int,
            _ dimension: Int,
            images: Int,
            shrinkage: Float,
            reach: Int,
            floor: Float = 1e-2
        ) {
            self.rows = rows
            self.columns = columns
            self.dimension = dimension
            self.images = images
            regularization = .init(shrinkage: shrinkage, reach: reach, floor: floor)
        }

        var testDescription: String {
            "\(rows)x\(columns)x\(dimension), \(images) images, \(regularization)"
        }
    }

    static let cases = [
        Case(1, 1, 1, images: 9, shrinkage: 0, reach: 0),
        Case(1, 5, 3, images: 12, shrinkage: 0.3, reach: 1),
        Case(4, 3, 5, images: 20, shrinkage: 0.1, reach: 1, floor: 1e-3),
        Case(5, 6, 16, images: 30, shrinkage: 0, reach: 2),
        Case(3, 4, 17, images: 6, shrinkage: 1, reach: 0),
        Case(4, 4, 17, images: 8, shrinkage: 0.2, reach: 9),
    ]

    /// Features with a mean and a scale of their own at each position.
    static func images(_ item: Case, seed: UInt64) -> [FeatureMap] {
        let shape = randomMap(
            height: item.rows,
            width: item.columns,
            channels: item.dimension,
            seed: seed
        )
        return (0..<item.images).map { image in
            var features = randomMap(
                height: item.rows,
                width: item.columns,
                channels: item.dimension,
                seed: seed + 1 + UInt64(image)
            )
            for index in features.elements.indices {
                let level = shape.elements[index]
                features.elements[index] = features.elements[index] * (0.5 + abs(level)) + level
            }
            // Neighbouring features go together.
            for index in features.elements.indices.dropFirst() {
                features.elements[index] += 0.5 * features.elements[index - 1]
            }
            return features
        }
    }

    static func learned(
        _ images: [FeatureMap],
        _ regularization: PositionalGaussian.Regularization,
        kernels: Kernels = .best
    ) -> PositionalGaussian {
        var moments = PositionalMoments(
            rows: images[0].height,
            columns: images[0].width,
            dimension: images[0].channels
        )
        for image in images { moments.add(image, kernels: kernels) }
        return PositionalGaussian([moments], regularization: regularization)
    }

    @Test(
        "distances are Mahalanobis distances of the documented covariance",
        arguments: Kernels.available,
        cases
    )
    func measuresDistances(kernels: Kernels, item: Case) {
        let images = Self.images(item, seed: 201)
        let gaussian = Self.learned(images, item.regularization, kernels: kernels)
        let reference = ReferenceGaussian(images, regularization: item.regularization)
        let strange = randomMap(
            height: item.rows,
            width: item.columns,
            channels: item.dimension,
            seed: 999
        )
        for features in [images[0], strange] {
            let found = gaussian.distances(of: features, kernels: kernels)
            #expect(found.rows == item.rows && found.columns == item.columns)
            for (found, wanted) in zip(found.elements, reference.distances(of: features)) {
                // Whiteners have eight bits.
                #expect(abs(Double(found) - wanted) < 0x1p-8 * (1 + wanted))
            }
        }
    }

    @Test("the mean squared distance of many normal images is their dimension")
    func distancesAreInStandardDeviations() {
        let item = Case(2, 2, 6, images: 400, shrinkage: 0, reach: 0, floor: 1e-6)
        let images = Self.images(item, seed: 203)
        let gaussian = Self.learned(images, item.regularization)
        let squares = images.flatMap {
            gaussian.distances(of: $0, kernels: .best).elements.map { Double($0) * Double($0) }
        }
        #expect(abs(squares.reduce(0, +) / Double(squares.count) - 6) < 0.03)
    }

    @Test(
        "few, equal and constant images give finite distances",
        arguments: [1, 2, 3, 7, 50],
        [Float(0), 0.1, 1, 100]
    )
    func survivesImagesThatAreAllAlike(copies: Int, scale: Float) {
        for (dimension, constant) in [(1, false), (64, false), (64, true)] {
            var image = randomMap(height: 4, width: 3, channels: dimension, seed: 204)
            for index in image.elements.indices {
                image.elements[index] = scale * (constant ? 1 : image.elements[index])
            }
            let gaussian = Self.learned([FeatureMap](repeating: image, count: copies), .init())
            #expect(gaussian.whiteners.elements.firstNonFinite == nil)
            let strange = randomMap(height: 4, width: 3, channels: dimension, seed: 205)
            for features in [image, strange] {
                let distances = gaussian.distances(of: features, kernels: .best).elements
                #expect(distances.allSatisfy { $0.isFinite && $0 >= 0 })
            }
        }
    }
}
