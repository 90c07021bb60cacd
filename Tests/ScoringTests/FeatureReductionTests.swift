import Patches
import Scoring
import Tensors
import Testing

@Suite struct FeatureReductionTests {
    /// Codes of very different use: some channels a thousand times as large as others, one of them never used.
    static func codes(_ count: Int, seed: UInt64) -> Matrix {
        var codes = randomMatrix(rows: count, columns: 18, seed: seed)
        for row in 0..<count {
            for column in 1..<18 { codes[row, column] += 0.6 * codes[row, column - 1] }
            for column in 0..<18 { codes[row, column] *= column % 3 == 0 ? 0.05 : 20 }
            codes[row, 17] = 0
        }
        return codes
    }

    @Test(arguments: Kernels.available, [1, 4, 17])
    func featuresAreDecorrelatedWithUnitVariance(kernels: Kernels, dimension: Int) {
        let samples = Self.codes(3000, seed: 261)
        let reduction = FeatureReduction(
            learningFrom: samples,
            dimension: dimension,
            window: 5,
            kernels: kernels
        )
        #expect(reduction.dimension == dimension && reduction.window == 5)
        let features = reduction.whitening.apply(to: samples, kernels: kernels)
        for a in 0..<dimension {
            let first = (0..<3000).map { Double(features[$0, a]) }
            let (mean, variance) = ReferenceKernels.moments(first)
            #expect(abs(mean) < 1e-3)
            // The whitening's epsilon is a thousandth of the largest eigenvalue.
            #expect(variance < 1.001 && variance > 0.9)
            for b in 0..<a {
                let product = (0..<3000).reduce(0) { $0 + first[$1] * Double(features[$1, b]) }
                #expect(abs(product / 3000) < 5e-3)
            }
        }
    }

    @Test func rareCodesCountAsMuchAsOthers() {
        let samples = Self.codes(2000, seed: 262)
        var scaled = samples
        for row in 0..<2000 { scaled[row, 4] *= 50 }
        func features(_ samples: Matrix) -> [Float] {
            FeatureReduction(learningFrom: samples, dimension: 6, window: 1, kernels: .best)
                .whitening.apply(to: samples, kernels: .best).elements
        }
        // The constant that guards the division, 1e-4, leaves a trace.
        #expect(largestDifference(features(scaled), features(samples).map(Double.init)) < 1e-2)
    }

    @Test func constantCodesGiveFiniteFeatures() {
        let samples = Matrix(rows: 30, columns: 6, repeating: 0.2)
        let reduction = FeatureReduction(
            learningFrom: samples,
            dimension: 4,
            window: 1,
            kernels: .best
        )
        let features = reduction.whitening.apply(to: samples, kernels: .best)
        #expect(features.elements.allSatisfy { $0.isFinite })
    }
}
