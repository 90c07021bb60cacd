/// A rectangle of an image, in whole pixels.
public struct Tile: Sendable, Hashable, Codable {
    /// The columns to its left.
    public let x: Int
    /// The rows above it.
    public let y: Int
    /// The width, at least 1.
    public let width: Int
    /// The height, at least 1.
    public let height: Int

    /// Creates a rectangle; sizes must be positive and places can't be negative.
    public init(x: Int, y: Int, width: Int, height: Int) {
        precondition(x >= 0 && y >= 0 && width > 0 && height > 0, "no part of an image")
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    /// The columns that it covers.
    public var columns: Range<Int> { x..<x + width }
    /// The rows that it covers.
    public var rows: Range<Int> { y..<y + height }

    /// The part of a picture of another size that shows the same.
    ///
    /// - Parameters:
    ///   - from: The width and height of the image that the tile is of.
    ///   - to: The width and height of the picture.
    /// - Returns: The part, its sides rounded outwards; at least one pixel.
    public func scaled(
        from: (width: Int, height: Int),
        to: (width: Int, height: Int)
    ) -> Tile {
        func part(_ range: Range<Int>, _ count: Int, _ wanted: Int) -> Range<Int> {
            let first = min(range.lowerBound * wanted / count, wanted - 1)
            return first..<max(first + 1, (range.upperBound * wanted + count - 1) / count)
        }
        let columns = part(columns, from.width, to.width)
        let rows = part(rows, from.height, to.height)
        return Tile(
            x: columns.lowerBound,
            y: rows.lowerBound,
            width: columns.count,
            height: rows.count
        )
    }
}
