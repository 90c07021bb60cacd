import Patches
import Scoring
import Tensors
import Testing

@Suite struct FeatureReductionTests {
    /// Codes of different use: some channels a fifth as large as others, one of them never used.
    static func codes(_ count: Int, seed: UInt64) -> Matrix {
        var codes = randomMatrix(rows: count, columns: 18, seed: seed)
        for row in 0..<count {
            for column in 1..<18 { codes[row, column] += 0.6 * codes[row, column - 1] }
            for column in 0..<18 { codes[row, column] *= column % 3 == 0 ? 0.2 : 1 }
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
        for row in 0..<2000 { scaled[row, 4] *= 0.3 }
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

    @Test("a code that hardly ever responds in the samples is not blown up", arguments: [0, 1, 3])
    func codesWithoutSupportStaySmall(responses: Int) {
        var samples = Self.codes(3000, seed: 263)
        for row in 0..<responses { samples[row * 700, 17] = 0.01 }
        let reduction = FeatureReduction(
            learningFrom: samples,
            dimension: 18,
            window: 1,
            kernels: .best
        )
        // What responses as large as others' come to: the deviation is at least a tenth of the usual one and the
        // whitening's epsilon a thousandth of the largest eigenvalue, which is about 4. By its own deviation, 1e-4 to
        // 4e-4, a response would be worth thousands of features' deviations.
        let projection = reduction.whitening.projection
        func worth(_ code: Int) -> Float {
            (0..<18).reduce(0) { $0 + projection[$1, code] * projection[$1, code] }.squareRoot()
        }
        #expect(worth(17) < 300)
        #expect(worth(17) > worth(16))
    }
}
