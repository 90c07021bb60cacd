internal import SyntheticDefects
internal import Tensors

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
