import Patches
import Tensors
import Testing

@Suite struct PatchSamplerTests {
    struct Case: Sendable {
        let shape: MapShape
        let grid: PatchGrid
        let constant: Float?
    }

    static let cases = [
        Case(shape: MapShape(1, 1, 3), grid: PatchGrid(window: 3, stride: 1), constant: 1e-3),
        Case(shape: MapShape(2, 2, 3), grid: PatchGrid(window: 7, stride: 1), constant: 1e-2),
        Case(shape: MapShape(7, 19, 1), grid: PatchGrid(window: 3, stride: 2), constant: 1e-3),
        Case(shape: MapShape(7, 19, 3), grid: PatchGrid(window: 1, stride: 1), constant: nil),
        Case(shape: MapShape(12, 10, 16), grid: PatchGrid(window: 5, stride: 3), constant: nil),
        Case(shape: MapShape(5, 6, 17), grid: PatchGrid(window: 7, stride: 2), constant: 0.1),
    ]

    @Test("rows are normalised patches, none taken twice", arguments: Kernels.available, cases)
    func takesPatches(kernels: Kernels, item: Case) {
        let map = item.shape.map(seed: 51)
        let contrast = item.constant.map(ContrastNormalization.init(constant:))
        let places = Self.allPatches(of: map, item.grid, contrast)
        let sampler = PatchSampler(grid: item.grid, contrast: contrast)
        for wanted in [1, places.count / 2 + 1, places.count, places.count + 9] {
            var generator = SeededGenerator(seed: UInt64(wanted))
            let rows = sampler.sample(wanted, from: map, generator: &generator, kernels: kernels)
            #expect(rows.rows == min(wanted, places.count))
            #expect(rows.columns == item.grid.depth(channels: item.shape.channels))
            var taken: Set<Int> = []
            for row in 0..<rows.rows {
                let sample = rows.row(row)
                let matching = places.indices.filter {
                    largestDifference(sample, places[$0]) < 1e-4
                }
                #expect(matching.count == 1)
                taken.formUnion(matching)
            }
            #expect(taken.count == rows.rows)
        }
    }

    @Test func takesEachPlaceEquallyOften() {
        let sampler = PatchSampler(grid: PatchGrid(window: 1, stride: 1), contrast: nil)
        var map = FeatureMap(height: 4, width: 5, channels: 1)
        for index in 0..<20 { map.elements[index] = Float(index) }
        var counts = [Int](repeating: 0, count: 20)
        var generator = SeededGenerator(seed: 52)
        for _ in 0..<2000 {
            let rows = sampler.sample(5, from: map, generator: &generator, kernels: .best)
            for value in rows.elements { counts[Int(value)] += 1 }
        }
        // 500 expected, with a standard deviation of sqrt(2000 / 4 * 3 / 4) = 19.
        #expect(counts.allSatisfy { abs($0 - 500) < 100 })
    }

    @Test func theGeneratorDecides() {
        let map = MapShape(9, 9, 3).map(seed: 53)
        let sampler = PatchSampler(grid: PatchGrid(window: 3, stride: 1), contrast: nil)
        let draws = [1, 1, 2].map { seed in
            var generator = SeededGenerator(seed: UInt64(seed))
            return sampler.sample(12, from: map, generator: &generator, kernels: .best)
        }
        #expect(draws[0] == draws[1])
        #expect(draws[0] != draws[2])
    }

    private static func allPatches(
        of map: FeatureMap,
        _ grid: PatchGrid,
        _ contrast: ContrastNormalization?
    ) -> [[Double]] {
        var result: [[Double]] = []
        for y in stride(from: 0, to: map.height, by: grid.stride) {
            for x in stride(from: 0, to: map.width, by: grid.stride) {
                let patch = ReferenceKernels.patch(of: map, row: y, column: x, window: grid.window)
                guard let contrast else {
                    result.append(patch)
                    continue
                }
                let (mean, variance) = ReferenceKernels.moments(patch)
                let root = (variance + Double(contrast.constant)).squareRoot()
                result.append(patch.map { ($0 - mean) / root })
            }
        }
        return result
    }
}
