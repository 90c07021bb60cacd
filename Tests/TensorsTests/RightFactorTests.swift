import Tensors
import Testing

@Suite struct RightFactorTests {
    @Test("products in either precision", arguments: Kernels.available, [1, 31, 32, 200])
    func multipliesInEitherPrecision(kernels: Kernels, depth: Int) {
        let left = KernelsTests.random(7, depth, seed: 71)
        let right = KernelsTests.random(depth, 35, seed: 72)
        let wanted = ReferenceKernels.multiply(left, right)
        for precision in Precision.allCases {
            let chosen = kernels.computing(in: precision)
            let factor = chosen.rightFactor(right)
            #expect(factor.depth == depth && factor.columns == 35)
            let isWhole = if case .int16 = factor { true } else { false }
            #expect(isWhole == (precision == .int16 && depth >= 32))
            #expect((factor.scratchCount > 0) == isWhole)
            var out = [Float](repeating: .nan, count: 7 * 35)
            unsafe withUnsafeTemporaryAllocation(
                of: Float.self,
                capacity: factor.scratchCount + 1
            ) { scratch in
                guard let scratch = scratch.baseAddress else { return }
                unsafe chosen.multiply(
                    left.elements,
                    rows: 7,
                    by: factor,
                    into: &out,
                    scratch: scratch
                )
            }
            let difference = zip(out, wanted).map { abs(Double($0) - $1) }.max() ?? .infinity
            #expect(difference < (isWhole ? 1e-3 : 1e-4) * Double(depth).squareRoot())
        }
    }
}
