internal import Tensors

/// A place or a direction in a picture: x to the right, y down, in pixels.
typealias Point = SIMD2<Double>

extension SIMD2<Double> {
    /// The distance from the origin.
    var length: Double { (x * x + y * y).squareRoot() }

    /// The same direction with length 1.
    var direction: Point { self / Point(repeating: Swift.max(length, 1e-12)) }

    /// The direction a quarter turn on.
    var perpendicular: Point { Point(-y, x) }

    /// The scalar product with another vector.
    func dot(_ other: Point) -> Double { x * other.x + y * other.y }
}

extension SeededGenerator {
    /// A direction; all are equally likely but for a slight preference of the diagonals.
    mutating func nextDirection() -> Point {
        while true {
            let candidate = Point(next(in: -1...1), next(in: -1...1))
            if candidate.length > 0.1 { return candidate.direction }
        }
    }
}

/// Where the camera saw an object: slightly shifted, turned and scaled about the picture's centre.
struct Placement: Sendable {
    private let centre: Point
    private let shift: Point
    private let axis: Point
    private let scale: Double

    /// Draws a placement.
    ///
    /// - Parameters:
    ///   - width: The picture's width in pixels.
    ///   - height: The picture's height in pixels.
    ///   - shift: The largest shift along each axis, in pixels.
    ///   - slope: The largest tangent of the angle.
    ///   - stretch: The largest relative change of size.
    ///   - generator: Where the random numbers come from.
    init(
        width: Int,
        height: Int,
        shift: Double,
        slope: Double,
        stretch: Double,
        using generator: inout SeededGenerator
    ) {
        centre = Point(Double(width) / 2, Double(height) / 2)
        self.shift = Point(generator.next(in: -shift...shift), generator.next(in: -shift...shift))
        axis = Point(1, generator.next(in: -slope...slope)).direction
        scale = 1 + generator.next(in: -stretch...stretch)
    }

    /// The place on the object that is seen at a place of the picture.
    func object(_ point: Point) -> Point {
        let moved = (point - centre - shift) / Point(repeating: scale)
        return centre + Point(moved.dot(axis), moved.dot(axis.perpendicular))
    }

    /// The place of the picture where a place on the object is seen.
    func picture(_ point: Point) -> Point {
        let moved = (point - centre) * Point(repeating: scale)
        let turned =
            axis * Point(repeating: moved.x) + axis.perpendicular * Point(repeating: moved.y)
        return centre + shift + turned
    }
}
