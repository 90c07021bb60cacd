package import Tensors

/// A place or a direction in a picture: x to the right, y down, in pixels.
@usableFromInline
package typealias Point = SIMD2<Double>

extension SIMD2<Double> {
    /// The distance from the origin.
    @inlinable
    package var length: Double { (x * x + y * y).squareRoot() }

    /// The same direction with length 1.
    @inlinable
    package var direction: Point { self / Point(repeating: Swift.max(length, 1e-12)) }

    /// The direction a quarter turn on.
    @inlinable
    package var perpendicular: Point { Point(-y, x) }

    /// The scalar product with another vector.
    @inlinable
    package func dot(_ other: Point) -> Double { x * other.x + y * other.y }
}

extension SeededGenerator {
    /// A direction; all are equally likely but for a slight preference of the diagonals.
    package mutating func nextDirection() -> Point {
        while true {
            let candidate = Point(next(in: -1...1), next(in: -1...1))
            if candidate.length > 0.1 { return candidate.direction }
        }
    }
}
