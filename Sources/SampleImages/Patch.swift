internal import SyntheticDefects
internal import Tensors

/// A roundish area with an irregular outline: a hole, a stain, a lump.
struct Patch: Sendable {
    /// Its middle, in pixels.
    let centre: Point
    private let axis: Point
    private let radii: Point
    private let roughness: Double
    private let grain: Double
    private let outline: ValueNoise

    /// Draws an outline.
    ///
    /// - Parameters:
    ///   - centre: Its middle, in pixels.
    ///   - radii: Half the length along `axis` and across it, in pixels.
    ///   - axis: A direction of length 1.
    ///   - roughness: How far the outline strays, relative to the smaller radius.
    ///   - grain: The size of its irregularities, in pixels.
    ///   - generator: Where the random numbers come from.
    init(
        centre: Point,
        radii: Point,
        axis: Point = Point(1, 0),
        roughness: Double = 0.3,
        grain: Double = 7,
        using generator: inout SeededGenerator
    ) {
        self.centre = centre
        self.axis = axis
        self.radii = radii
        self.roughness = roughness
        self.grain = grain
        outline = ValueNoise(seed: generator.next())
    }

    /// No part of the patch is farther from its middle, in pixels.
    var reach: Double { max(radii.x, radii.y) * (1 + roughness) + 1 }

    /// The distance to the outline, nearly, in pixels; negative inside.
    func distance(to place: Point) -> Double {
        let moved = place - centre
        let inner = Point(moved.dot(axis), moved.dot(axis.perpendicular)) / radii
        let wobble = roughness * outline.fractal(place.x / grain, place.y / grain, octaves: 2)
        return (inner.length - 1 + wobble) * min(radii.x, radii.y)
    }
}
