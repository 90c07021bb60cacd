import Scoring
import Testing

@Suite struct PositionGridTests {
    @Test(arguments: [
        (576, 1.0, 24, 24), (576, 2.0, 17, 34), (576, 0.5, 34, 17), (100, 4.0, 5, 20),
        (16, 1.0, 4, 4), (1024, 1.5, 26, 39),
    ])
    func positionsAreSquare(positions: Int, aspect: Double, rows: Int, columns: Int) {
        let grid = PositionGrid(positions: positions, aspect: aspect)
        #expect(grid.rows == rows)
        #expect(grid.columns == columns)
    }

    @Test(
        "an extreme aspect gives about as many positions as wanted, four at least on a side",
        arguments: [16, 576, 1024, 65_536],
        [1e-9, 1.0 / 60_000, 1e-3, 0.02, 0.3, 3, 50, 1e3, 60_000, 1e9]
    )
    func isBounded(positions: Int, aspect: Double) {
        let grid = PositionGrid(positions: positions, aspect: aspect)
        let count = grid.rows * grid.columns
        #expect(grid.rows >= 4 && grid.columns >= 4)
        #expect(max(grid.rows, grid.columns) <= PositionGrid.maximumSide)
        #expect(count >= positions / 2 && count <= 2 * positions)
    }
}
