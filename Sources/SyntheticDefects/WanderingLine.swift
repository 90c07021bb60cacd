package import Tensors

/// Lines that change their direction a little at every step: cracks, hairs, scratches.
package enum WanderingLine {
    /// Draws a line.
    ///
    /// - Parameters:
    ///   - start: The first point.
    ///   - heading: The first direction, of length 1.
    ///   - length: In pixels.
    ///   - step: The distance between points, in pixels.
    ///   - bend: The largest change of direction at a point, as a tangent.
    ///   - memory: The share of a change that goes on at the next point: 0 jagged, near 1 curled.
    ///   - generator: Where the random numbers come from.
    /// - Returns: The first point and those after it, `step` apart.
    package static func points(
        from start: Point,
        heading: Point,
        length: Double,
        step: Double,
        bend: Double,
        memory: Double = 0,
        using generator: inout SeededGenerator
    ) -> [Point] {
        var points = [start]
        var place = start
        var heading = heading
        var turn = 0.0
        for _ in 0..<max(Int(length / step), 1) {
            turn = memory * turn + (1 - memory) * generator.next(in: -bend...bend)
            heading = (heading + heading.perpendicular * Point(repeating: turn)).direction
            place += heading * Point(repeating: step)
            points.append(place)
        }
        return points
    }
}
