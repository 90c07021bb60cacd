import Patches
import Tensors
import Testing

@Suite struct OverlapAverageTests {
    @Test(
        "patches of a map, put back, are the map",
        arguments: [(1, 1, 1), (3, 1, 1), (5, 2, 3), (7, 3, 1), (9, 4, 2)],
        [(1, 1), (4, 9), (17, 12)]
    )
    func givesTheMapBack(layout: (window: Int, stride: Int, channels: Int), size: (Int, Int)) {
        let map = MapShape(size.0, size.1, layout.channels).map(seed: 5, in: -1...1)
        let grid = PatchGrid(window: layout.window, stride: layout.stride)
        let count = grid.size(height: map.height, width: map.width)
        var average = OverlapAverage(
            grid: grid,
            height: map.height,
            width: map.width,
            channels: map.channels
        )
        for row in 0..<count.height {
            average.add(patches(of: map, row: row, grid: grid), row: row)
        }
        let result = average.average()
        for (found, wanted) in zip(result.elements, map.elements) {
            #expect(abs(found - wanted) < 1e-6)
        }
    }

    @Test func averagesWherePatchesOverlap() {
        let grid = PatchGrid(window: 3, stride: 2)
        var average = OverlapAverage(grid: grid, height: 1, width: 4, channels: 1)
        // Windows are centred on places 0 and 2: place 1 is under both, place 3 under the second.
        average.add(
            Matrix(rows: 2, columns: 9, filledWith: (0..<18).map { $0 < 9 ? 1 : 4 }),
            row: 0
        )
        #expect(average.average().elements == [1, 2.5, 4, 4])
    }

    @Test func givesPlacesUnderNoWindowTheMean() {
        let grid = PatchGrid(window: 1, stride: 2)
        var average = OverlapAverage(grid: grid, height: 1, width: 4, channels: 1)
        average.add(Matrix(rows: 2, columns: 1, filledWith: [1, 3]), row: 0)
        #expect(average.average().elements == [1, 2, 3, 2])
    }

    @Test func isZeroWithoutPatches() {
        let grid = PatchGrid(window: 3, stride: 1)
        let average = OverlapAverage(grid: grid, height: 2, width: 2, channels: 1)
        #expect(average.average().elements == [0, 0, 0, 0])
    }

    /// The patches of a row of windows, taken from the reflected map.
    private func patches(of map: FeatureMap, row: Int, grid: PatchGrid) -> Matrix {
        let padded = map.reflected(border: grid.border)
        let width = grid.size(height: map.height, width: map.width).width
        var elements: [Float] = []
        for x in 0..<width {
            for dy in 0..<grid.window {
                for dx in 0..<grid.window {
                    for channel in 0..<map.channels {
                        elements.append(
                            padded[row * grid.stride + dy, x * grid.stride + dx, channel]
                        )
                    }
                }
            }
        }
        return Matrix(
            rows: width,
            columns: grid.depth(channels: map.channels),
            filledWith: elements
        )
    }
}
