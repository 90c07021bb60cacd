import Patches
import Tensors
import Testing

@Suite struct TilingTests {
    /// Tilings and image sizes: chosen edges, then random ones.
    static let cases: [(tiling: Tiling, width: Int, height: Int)] = {
        var cases = [
            (Tiling(side: 64, overlap: 0), 64, 64), (Tiling(side: 64, overlap: 0), 65, 128),
            (Tiling(side: 64, overlap: 32), 1, 1), (Tiling(side: 64, overlap: 32), 63, 200),
            (Tiling(side: 64, overlap: 16), 112, 113), (Tiling(side: 33, overlap: 16), 34, 500),
        ]
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<40 {
            let side = 32 + generator.next(below: 200)
            cases.append(
                (
                    Tiling(side: side, overlap: generator.next(below: side / 2 + 1)),
                    1 + generator.next(below: 900), 1 + generator.next(below: 900)
                )
            )
        }
        return cases
    }()

    @Test("all tiles have one size, lie in the image, and come row after row", arguments: cases)
    func tilesAreAlike(tiling: Tiling, width: Int, height: Int) throws {
        let tiles = tiling.tiles(width: width, height: height)
        #expect(tiles.count == tiling.count(width: width, height: height))
        for tile in tiles {
            #expect(tile.width == min(tiling.side, width))
            #expect(tile.height == min(tiling.side, height))
            #expect(tile.columns.upperBound <= width && tile.rows.upperBound <= height)
        }
        let order = tiles.map { $0.y * width + $0.x }
        #expect(order == order.sorted())
        #expect(Set(order).count == order.count)
    }

    @Test("every pixel is in a tile, and neighbours share the declared pixels", arguments: cases)
    func tilesCoverTheImage(tiling: Tiling, width: Int, height: Int) {
        let tiles = tiling.tiles(width: width, height: height)
        for (spans, length) in [
            (Set(tiles.map(\.columns)), width), (Set(tiles.map(\.rows)), height),
        ] {
            let sorted = spans.sorted { $0.lowerBound < $1.lowerBound }
            #expect(sorted.first?.lowerBound == 0)
            #expect(sorted.last?.upperBound == length)
            for (span, next) in zip(sorted, sorted.dropFirst()) {
                #expect(span.upperBound - next.lowerBound >= tiling.overlap)
            }
            // One tile fewer would not reach the end.
            if sorted.count > 1 {
                let reach = tiling.side + (sorted.count - 2) * (tiling.side - tiling.overlap)
                #expect(reach < length)
            }
        }
        // Rows and columns are combined in full.
        #expect(Set(tiles.map(\.x)).count * Set(tiles.map(\.y)).count == tiles.count)
    }

    @Test(
        "numbers out of bounds are named",
        arguments: [(31, 0), (65_001, 0), (64, 33), (64, -1)]
    )
    func refuses(side: Int, overlap: Int) {
        #expect(Tiling(side: side, overlap: overlap).problem?.contains("tiles must be") == true)
    }

    @Test(arguments: [(32, 16), (65_000, 0), (512, Tiling.usualOverlap(side: 512))])
    func admits(side: Int, overlap: Int) {
        #expect(Tiling(side: side, overlap: overlap).problem == nil)
    }

    @Test func aPartOfAPictureOfAnotherSizeShowsAllOfTheTile() {
        let tile = Tile(x: 30, y: 0, width: 31, height: 20)
        #expect(
            tile.scaled(from: (100, 20), to: (50, 10)) == Tile(x: 15, y: 0, width: 16, height: 10)
        )
        #expect(tile.scaled(from: (100, 20), to: (1, 1)) == Tile(x: 0, y: 0, width: 1, height: 1))
        #expect(tile.scaled(from: (100, 20), to: (100, 20)) == tile)
        let last = Tile(x: 99, y: 19, width: 1, height: 1)
        #expect(last.scaled(from: (100, 20), to: (3, 2)) == Tile(x: 2, y: 1, width: 1, height: 1))
    }
}
