/// A straight line between two points.
@usableFromInline
package struct Segment: Sendable {
    @usableFromInline let start: Point
    @usableFromInline let along: Point
    @usableFromInline let squaredLength: Double
    /// The horizontal extent, in pixels.
    @usableFromInline
    package let columns: ClosedRange<Double>
    /// The vertical extent, in pixels.
    @usableFromInline
    package let rows: ClosedRange<Double>

    /// Creates the line between two points.
    @inlinable
    package init(from start: Point, to end: Point) {
        self.start = start
        along = end - start
        squaredLength = max(along.dot(along), 1e-12)
        columns = min(start.x, end.x)...max(start.x, end.x)
        rows = min(start.y, end.y)...max(start.y, end.y)
    }

    /// The lines from each corner to the next one.
    @inlinable
    package static func through(_ corners: [Point]) -> [Segment] {
        zip(corners, corners.dropFirst()).map { Segment(from: $0, to: $1) }
    }

    /// Whether the distance to a place can be below `margin`; much faster than the distance.
    @inlinable
    package func mayReach(_ place: Point, within margin: Double) -> Bool {
        place.x > columns.lowerBound - margin && place.x < columns.upperBound + margin
            && place.y > rows.lowerBound - margin && place.y < rows.upperBound + margin
    }

    /// The distance to a place, in pixels.
    @inlinable
    package func distance(to place: Point) -> Double {
        let position = Shape.clamp((place - start).dot(along) / squaredLength)
        return (place - start - along * Point(repeating: position)).length
    }
}
