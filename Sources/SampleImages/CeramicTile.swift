internal import ImageCodec
internal import SyntheticDefects
internal import Tensors

/// A marbled, glazed wall tile with a green border, on a dark belt.
struct CeramicTile: SampleKind {
    enum Flaw: String {
        case crack
        case chip
        case spot
    }

    static let name = "ceramic-tile"
    static let format = SampleFile.Format.jpeg(quality: 88)
    static let flaws: [(flaw: Flaw, count: Int)] = [(.crack, 3), (.chip, 3), (.spot, 2)]

    private static let width = 200
    private static let height = 150
    /// Half the size of the tile, in pixels.
    private static let half = Point(90, 65)

    private let placement: Placement
    private let light: (centre: Point, strength: Double, level: Double)
    private let tint: Double
    private let marble: ValueNoise
    private let warp: ValueNoise
    private let speckles: ValueNoise
    private let belt: ValueNoise
    private let sensorSeed: UInt64

    init(using generator: inout SeededGenerator) {
        placement = Placement(
            width: Self.width,
            height: Self.height,
            shift: 0.6,
            slope: 0.004,
            stretch: 0.002,
            using: &generator
        )
        light = (
            Point(generator.next(in: 50...150), generator.next(in: 35...90)),
            generator.next(in: 0.05...0.09), generator.next(in: 0.97...1.03)
        )
        tint = generator.next(in: -0.012...0.012)
        marble = ValueNoise(seed: generator.next())
        warp = ValueNoise(seed: generator.next())
        speckles = ValueNoise(seed: generator.next())
        belt = ValueNoise(seed: generator.next())
        sensorSeed = generator.next()
    }

    func picture(
        flaw: Flaw?,
        severity: Double,
        using generator: inout SeededGenerator
    ) -> PixelImage {
        let chip = flaw == .chip ? self.chip(severity: severity, using: &generator) : nil
        var canvas = Canvas(width: Self.width, height: Self.height, samples: 2) { place in
            colour(at: place, chip: chip)
        }
        if flaw == .crack { crack(&canvas, severity: severity, using: &generator) }
        if flaw == .spot { spot(&canvas, severity: severity, using: &generator) }
        canvas.map { place, colour in
            let gloss = light.strength * Shape.bell((place - light.centre).length / 50)
            return colour.lit(light.level) + colour.lit(gloss)
        }
        return canvas.image(channels: 3, noise: 1.5, seed: sensorSeed)
    }
}

// MARK: - The tile

extension CeramicTile {
    /// The distance to the tile's edge on the object, in pixels, negative inside.
    private func edge(at object: Point) -> Double {
        let corner = 6.0
        let moved = object - Point(Double(Self.width), Double(Self.height)) / 2
        let x = moved.x.magnitude - Self.half.x + corner
        let y = moved.y.magnitude - Self.half.y + corner
        let outside = Point(max(x, 0), max(y, 0)).length
        return outside + min(max(x, y), 0) - corner
    }

    private func colour(at place: Point, chip: Patch?) -> Colour {
        let object = placement.object(place)
        let edge = edge(at: object)
        let shadow = 1 - 0.55 * Shape.ramp(edge, from: 7, to: 0)
        let under = Colour(0.19, 0.20, 0.22)
            .lit(shadow * (1 + 0.12 * belt.at(place.x / 2, place.y / 2)))
        guard edge < 1 else { return under }
        return under.mixed(
            with: tile(at: object, place: place, edge: edge, chip: chip),
            Shape.inside(edge)
        )
    }

    private func tile(at object: Point, place: Point, edge: Double, chip: Patch?) -> Colour {
        if let chip {
            let depth = -chip.distance(to: place)
            if depth > 0 {
                let rough = belt.fractal(place.x / 3, place.y / 3, octaves: 2)
                let clay = Colour(0.68, 0.42, 0.29).lit(0.88 + 0.22 * rough)
                return clay.lit(0.72 + 0.28 * Shape.ramp(depth, from: 0, to: 3))
            }
        }
        let moved = object - Point(Double(Self.width), Double(Self.height)) / 2
        let rounding = Shape.ramp(edge, from: -4, to: 0)
        // The rounded edge is lit from above left.
        let facing =
            (Self.half.y - moved.y.magnitude < Self.half.x - moved.x.magnitude)
            ? -moved.y : -moved.x
        return glaze(at: object, edge: edge).lit(1 + rounding * (facing > 0 ? 0.10 : -0.30))
    }

    private func glaze(at object: Point, edge: Double) -> Colour {
        let bend = Point(
            warp.fractal(object.x / 45, object.y / 45, octaves: 2),
            warp.fractal(object.x / 45 + 80, object.y / 45, octaves: 2)
        )
        let flow = object / 38 + bend * Point(repeating: 0.9)
        let vein = Shape.bell(marble.fractal(flow.x, flow.y, octaves: 3) * 11)
        let cloud = marble.fractal(object.x / 50 + 30, object.y / 50, octaves: 3)
        var colour = Colour(0.86 + tint, 0.84, 0.79 - tint).lit(1 + 0.05 * cloud)
        colour = colour.mixed(with: Colour(0.62, 0.62, 0.61), 0.3 * vein)
        colour = colour.mixed(with: Colour(0.42, 0.36, 0.30), 0.5 * speckle(at: object))
        // The border: a green band and a thin line inside it.
        let uneven = 0.5 * warp.at(object.x / 12, object.y / 12)
        let band = Shape.inside((-edge - 11).magnitude - 4 + uneven)
        let line = Shape.inside((-edge - 19).magnitude - 0.7)
        let green = Colour(0.20, 0.44, 0.38).lit(1 + 0.10 * cloud)
        return colour.mixed(with: green, band).mixed(with: green, 0.85 * line)
    }

    /// How much of a place is covered by the glaze's specks.
    private func speckle(at object: Point) -> Double {
        let cell = 7.0
        let column = Int((object.x / cell).rounded(.down))
        let row = Int((object.y / cell).rounded(.down))
        guard speckles.unit(column, row) < 0.4 else { return 0 }
        let offset = Point(speckles.unit(column, row + 5000), speckles.unit(column + 5000, row))
        let corner = Point(Double(column), Double(row)) + offset * 0.7 + Point(0.15, 0.15)
        let size = speckles.unit(column + 5000, row + 5000)
        return (0.4 + 0.6 * size)
            * Shape.inside((object - corner * cell).length - 1.5 * size * size)
    }
}

// MARK: - Flaws

extension CeramicTile {
    private func chip(severity: Double, using generator: inout SeededGenerator) -> Patch {
        let along = generator.next(in: -0.75...0.75)
        let side = generator.next(below: 4)
        let offsets = [
            Point(along, -1), Point(1, along), Point(along, 1), Point(-1, along),
        ]
        let middle = Point(Double(Self.width), Double(Self.height)) / 2
        let size = 6 + 8 * severity
        return Patch(
            centre: placement.picture(middle + offsets[side] * Self.half),
            radii: Point(size * generator.next(in: 1...1.4), size),
            roughness: 0.4,
            grain: 6,
            using: &generator
        )
    }

    private func crack(
        _ canvas: inout Canvas,
        severity: Double,
        using generator: inout SeededGenerator
    ) {
        let middle = Point(Double(Self.width), Double(Self.height)) / 2
        let heading = generator.nextDirection()
        let length = 45 + 60 * severity
        let jitter = Point(generator.next(in: -35...35), generator.next(in: -20...20))
        let points = WanderingLine.points(
            from: middle + jitter - heading * Point(repeating: length / 2),
            heading: heading,
            length: length,
            step: 3,
            bend: 0.45,
            using: &generator
        )
        let fork = points[points.count / 3 + generator.next(below: points.count / 3)]
        let branch = WanderingLine.points(
            from: fork,
            heading: (heading + heading.perpendicular).direction,
            length: length * 0.35,
            step: 3,
            bend: 0.5,
            using: &generator
        )
        var crack = Coverage(width: canvas.width, height: canvas.height)
        crack.stroke(points, from: 1.1 + 0.7 * severity, to: 0.7)
        if severity > 0.3 { crack.stroke(branch, from: 1 + 0.3 * severity, to: 0.5) }
        canvas.blend(Colour(0.22, 0.19, 0.17), through: crack, opacity: 0.7 + 0.25 * severity)
    }

    private func spot(
        _ canvas: inout Canvas,
        severity: Double,
        using generator: inout SeededGenerator
    ) {
        let size = generator.next(in: 7...12)
        let patch = Patch(
            centre: Point(generator.next(in: 55...145), generator.next(in: 50...100)),
            radii: Point(size * 1.3, size),
            axis: generator.nextDirection(),
            roughness: 0.35,
            grain: 10,
            using: &generator
        )
        let tints = [Colour(0.80, 0.62, 0.34), Colour(0.66, 0.77, 0.68)]
        let tint = tints[severity > 0.5 ? 0 : 1]
        canvas.map { place, colour in
            let body = Shape.ramp(patch.distance(to: place), from: 3, to: -3)
            return colour.mixed(with: colour * tint, body * (0.75 + 0.25 * severity))
        }
    }
}
