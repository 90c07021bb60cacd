import Patches
import Tensors
import Testing

@Suite struct PatchMomentsTests {
    @Test(arguments: Kernels.available, MapShape.ragged)
    func equalsTheMomentsOfEachWindow(kernels: Kernels, shape: MapShape) {
        // A mean far from zero, where a variance from sums of squares loses digits.
        let map = shape.map(seed: 21, in: 0.5...1.5)
        for window in [1, 3, 7] {
            for stride in 1...3 {
                let grid = PatchGrid(window: window, stride: stride)
                let moments = PatchMoments(
                    padded: map.reflected(border: grid.border),
                    grid: grid,
                    kernels: kernels
                )
                var means: [Double] = []
                var variances: [Double] = []
                for y in Swift.stride(from: 0, to: shape.height, by: stride) {
                    for x in Swift.stride(from: 0, to: shape.width, by: stride) {
                        let wanted = ReferenceKernels.moments(
                            ReferenceKernels.patch(of: map, row: y, column: x, window: window)
                        )
                        means.append(wanted.mean)
                        variances.append(wanted.variance)
                    }
                }
                #expect(largestDifference(moments.means, means) < 1e-6)
                #expect(largestDifference(moments.variances, variances) < 3e-6)
                #expect(moments.variances.allSatisfy { $0 >= 0 })
            }
        }
    }

    @Test func flatWindowsHaveNoVariance() {
        let grid = PatchGrid(window: 7, stride: 2)
        let map = FeatureMap(height: 9, width: 10, channels: 3, repeating: 0.7)
        let moments = PatchMoments(
            padded: map.reflected(border: 3),
            grid: grid,
            kernels: .best
        )
        // Far below any contrast constant in use, 1e-3.
        #expect(moments.variances.allSatisfy { $0 >= 0 && $0 < 1e-6 })
    }

    @Test(arguments: [(1, 1), (1, 2), (2, 5), (7, 3), (8, 4), (9, 5)])
    func eachStridethPlaceHasAWindow(places: Int, stride: Int) {
        let grid = PatchGrid(window: 5, stride: stride)
        let centres = Swift.stride(from: 0, to: places, by: stride).map { $0 }
        let size = grid.size(height: places, width: 2 * places)
        #expect(size.height == centres.count)
        #expect(size.width == Swift.stride(from: 0, to: 2 * places, by: stride).map { $0 }.count)
        #expect(grid.border == 2)
        #expect(grid.depth(channels: 3) == 75)
    }

    @Test func contrastIsOneOverTheRootOfVarianceAndConstant() {
        let contrast = ContrastNormalization(constant: 0.01)
        #expect(abs(contrast.scale(variance: 0.24) - 2) < 1e-6)
        // A variance that rounding made negative counts as none.
        #expect(contrast.scale(variance: -1) == 10)
    }
}
