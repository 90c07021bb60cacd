public import Tensors

/// Joins the maps of an image's tiles to one map of the image.
///
/// A cell of the joined map covers as many pixels as one of a tile's map, or slightly fewer, so that a whole number spans the
/// image. It takes the value of the tile's cell that holds its middle, and of several tiles the largest one. So every value
/// of a tile's map is found in the joined one, at most one cell from where it was, unless an overlapping tile has a larger
/// one there: the largest value of the image is that of its tiles, as its score is. A blend would make what only
/// one tile sees whole weaker where its neighbour sees a part of it.
public struct TileStitcher: Sendable {
    private let width: Int
    private let height: Int
    /// The joined map so far; below all values where no tile was added.
    public private(set) var map: Matrix

    /// Starts without maps.
    ///
    /// - Parameters:
    ///   - width: The width of the image in pixels.
    ///   - height: The height of the image in pixels.
    ///   - tile: One of its tiles; all must have this size.
    ///   - rows: The rows of a tile's map.
    ///   - columns: The columns of a tile's map.
    public init(width: Int, height: Int, tile: Tile, rows: Int, columns: Int) {
        precondition(rows > 0 && columns > 0, "a map has cells")
        precondition(tile.width <= width && tile.height <= height, "a tile is part of its image")
        self.width = width
        self.height = height
        map = Matrix(
            rows: (height * rows + tile.height - 1) / tile.height,
            columns: (width * columns + tile.width - 1) / tile.width,
            repeating: -.infinity
        )
    }

    /// Takes the map of a tile.
    ///
    /// - Parameters:
    ///   - part: The map, without NaN.
    ///   - tile: Its tile.
    public mutating func add(_ part: Matrix, of tile: Tile) {
        let rows = Self.cells(map.rows, over: height, tile.rows, part.rows)
        let columns = Self.cells(map.columns, over: width, tile.columns, part.columns)
        for (row, source) in rows {
            for (column, place) in columns {
                let value = part[source, place]
                if value > map[row, column] { map[row, column] = value }
            }
        }
    }

    /// The cells of a side of the joined map whose middles lie in a range of pixels, each with the tile's cell there.
    private static func cells(
        _ cells: Int,
        over length: Int,
        _ range: Range<Int>,
        _ parts: Int
    ) -> [(cell: Int, part: Int)] {
        // The middle of cell c is at (2 c + 1) length / (2 cells), here in units of 1 / (2 cells) pixels.
        let unit = 2 * cells
        return (0..<cells).compactMap { cell in
            let middle = (2 * cell + 1) * length
            guard middle >= range.lowerBound * unit, middle < range.upperBound * unit else {
                return nil
            }
            return (cell, (middle - range.lowerBound * unit) * parts / (range.count * unit))
        }
    }
}
