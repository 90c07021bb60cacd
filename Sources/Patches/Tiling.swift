/// How images are divided into square tiles that overlap.
///
/// All tiles of an image have one size: the last ones of a row or column are shifted inwards, so that no tile leaves the
/// image and none is smaller than the others. Along a side that is shorter than a tile's there is one tile, as long as that side.
public struct Tiling: Sendable, Hashable, Codable {
    /// The side of a tile, in pixels.
    public let side: Int
    /// The pixels that neighbouring tiles share at least, in `0...side / 2`.
    public let overlap: Int

    /// Creates a tiling; ``problem`` says what is wrong with its numbers.
    public init(side: Int, overlap: Int) {
        self.side = side
        self.overlap = overlap
    }

    /// The shortest and the longest side of a tile.
    public static let sides = 32...65_000

    /// The overlap where none is given: an eighth of the side.
    public static func usualOverlap(side: Int) -> Int { side / 8 }

    /// What is wrong with the numbers, or nil.
    public var problem: String? {
        guard Self.sides.contains(side) else {
            return "the side of tiles must be in \(Self.sides), found \(side)"
        }
        // Beyond half of the side each place would be judged more than four times.
        guard (0...side / 2).contains(overlap) else {
            return "the overlap of tiles must be at most \(side / 2), half of their side, "
                + "found \(overlap)"
        }
        return nil
    }

    /// The tiles of an image.
    ///
    /// - Parameters:
    ///   - width: The width of the image in pixels, positive.
    ///   - height: The height of the image in pixels, positive.
    /// - Returns: The tiles, row after row; at least one.
    public func tiles(width: Int, height: Int) -> [Tile] {
        let columns = spans(of: width)
        return spans(of: height).flatMap { rows in
            columns.map { columns in
                Tile(
                    x: columns.lowerBound,
                    y: rows.lowerBound,
                    width: columns.count,
                    height: rows.count
                )
            }
        }
    }

    /// The number of tiles of an image, without making them.
    public func count(width: Int, height: Int) -> Int { spanCount(width) * spanCount(height) }

    private func spanCount(_ length: Int) -> Int {
        precondition(length > 0, "an image has at least one pixel")
        precondition(problem == nil, "the tiling is out of bounds")
        let step = side - overlap
        return length <= side ? 1 : (length - side + step - 1) / step + 1
    }

    private func spans(of length: Int) -> [Range<Int>] {
        let size = min(side, length)
        return (0..<spanCount(length)).map { place in
            let first = min(place * (side - overlap), length - size)
            return first..<first + size
        }
    }
}
