/// The share of each pixel that a painted shape covers.
package struct Coverage {
    /// The width in pixels.
    package let width: Int
    /// The height in pixels.
    package let height: Int
    /// In `0...1`, row after row.
    package private(set) var shares: [Double]

    /// Creates the coverage of no shape at all.
    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
        shares = [Double](repeating: 0, count: width * height)
    }

    /// Adds a line through points, with round ends; where it crosses itself it covers once.
    ///
    /// - Parameters:
    ///   - points: The corners.
    ///   - start: The width at the first point, in pixels.
    ///   - end: The width at the last point, in pixels.
    package mutating func stroke(_ points: [Point], from start: Double, to end: Double) {
        let last = Double(max(points.count - 2, 1))
        stroke(points) { start + (end - start) * (Double($0) / last) }
    }

    /// Adds a line through points, with round ends; where it crosses itself it covers most.
    ///
    /// - Parameters:
    ///   - points: The corners.
    ///   - strength: What a pixel wholly inside the line gets, in `0...1`.
    ///   - lineWidth: The width of the piece after each corner but the last, in pixels.
    package mutating func stroke(
        _ points: [Point],
        strength: Double = 1,
        width lineWidth: (Int) -> Double
    ) {
        for (index, segment) in Segment.through(points).enumerated() {
            let half = lineWidth(index) / 2
            for row in Self.pixels(segment.rows, margin: half + 1, limit: height) {
                for column in Self.pixels(segment.columns, margin: half + 1, limit: width) {
                    let centre = Point(Double(column) + 0.5, Double(row) + 0.5)
                    let share = Shape.inside(segment.distance(to: centre) - half) * strength
                    shares[row * width + column] = max(shares[row * width + column], share)
                }
            }
        }
    }

    /// The rows or columns that a range with a margin touches, without those outside the picture.
    private static func pixels(
        _ range: ClosedRange<Double>,
        margin: Double,
        limit: Int
    ) -> Range<Int> {
        let first = Int((range.lowerBound - margin).rounded(.down))
        let end = Int((range.upperBound + margin).rounded(.up))
        return (first..<end).clamped(to: 0..<limit)
    }
}
