import Patches
import Tensors
import Testing

@Suite struct TileStitcherTests {
    private static func stitch(
        _ tiling: Tiling,
        _ width: Int,
        _ height: Int,
        cells: (rows: Int, columns: Int),
        map: (Tile) -> Matrix
    ) -> Matrix {
        let tiles = tiling.tiles(width: width, height: height)
        var stitcher = TileStitcher(
            width: width,
            height: height,
            tile: tiles[0],
            rows: cells.rows,
            columns: cells.columns
        )
        for tile in tiles { stitcher.add(map(tile), of: tile) }
        return stitcher.map
    }

    /// As many rows and columns as a tile of a random model may have.
    private static func cells(_ seed: Int) -> (rows: Int, columns: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        return (4 + generator.next(below: 37), 4 + generator.next(below: 37))
    }

    @Test("constant maps make a constant map", arguments: TilingTests.cases.indices)
    func constantStaysConstant(index: Int) {
        let (tiling, width, height) = TilingTests.cases[index]
        let cells = Self.cells(index)
        let map = Self.stitch(tiling, width, height, cells: cells) { _ in
            Matrix(rows: cells.rows, columns: cells.columns, repeating: 2.5)
        }
        #expect(map.elements.allSatisfy { $0 == 2.5 })
        // The cells are those of a tile, or slightly smaller so that a whole number of them fits.
        let tile = tiling.tiles(width: width, height: height)[0]
        for (count, length, part, parts) in [
            (map.rows, height, tile.height, cells.rows),
            (map.columns, width, tile.width, cells.columns),
        ] {
            #expect(length * parts <= count * part)
            #expect(length * parts > (count - 1) * part)
        }
    }

    @Test(
        "the largest value is that of the tiles, within a cell of its place",
        arguments: TilingTests.cases.indices
    )
    func keepsTheLargest(index: Int) throws {
        let (tiling, width, height) = TilingTests.cases[index]
        let cells = Self.cells(index)
        let tiles = tiling.tiles(width: width, height: height)
        var generator = SeededGenerator(seed: UInt64(index), stream: 5)
        let chosen = tiles[generator.next(below: tiles.count)]
        let (row, column) = (
            generator.next(below: cells.rows), generator.next(below: cells.columns)
        )
        let map = Self.stitch(tiling, width, height, cells: cells) { tile in
            var map = Matrix(rows: cells.rows, columns: cells.columns, repeating: -3)
            if tile == chosen { map[row, column] = -1 }
            return map
        }
        let places = map.elements.indices.filter { map.elements[$0] == -1 }
        #expect(!places.isEmpty)
        let x =
            Double(chosen.x) + (Double(column) + 0.5) * Double(chosen.width) / Double(cells.columns)
        let y = Double(chosen.y) + (Double(row) + 0.5) * Double(chosen.height) / Double(cells.rows)
        for place in places {
            let foundX = (Double(place % map.columns) + 0.5) * Double(width) / Double(map.columns)
            let foundY = (Double(place / map.columns) + 0.5) * Double(height) / Double(map.rows)
            #expect(abs(foundX - x) <= 0.5001 * Double(chosen.width) / Double(cells.columns))
            #expect(abs(foundY - y) <= 0.5001 * Double(chosen.height) / Double(cells.rows))
        }
    }

    @Test func takesTheLargerWhereTilesOverlap() {
        // Tiles at 0..<32, 16..<48 and 32..<64, in cells of 8 pixels.
        let map = Self.stitch(Tiling(side: 32, overlap: 16), 64, 32, cells: (1, 4)) { tile in
            let values: [Float] = [1, 5, 2]
            return Matrix(rows: 1, columns: 4, repeating: values[tile.x / 16])
        }
        #expect(map.elements == [1, 1, 5, 5, 5, 5, 2, 2])
    }

    @Test func aSingleTileIsTheMapAsItIs() {
        let cells = (rows: 7, columns: 5)
        let whole = Matrix(
            rows: cells.rows,
            columns: cells.columns,
            filledWith: (0..<35).map(Float.init)
        )
        let map = Self.stitch(Tiling(side: 64, overlap: 8), 64, 41, cells: cells) { _ in whole }
        #expect(map == whole)
    }
}
