internal import ImageCodec
internal import SyntheticDefects
internal import Tensors

/// A brushed steel plate with nine drilled holes in a square grid.
struct BrushedMetal: SampleKind {
    enum Flaw: String {
        case scratch
        case dent
        case missingHole = "missing-hole"
        case burr
    }

    static let name = "brushed-metal"
    static let format = SampleFile.Format.png
    static let flaws: [(flaw: Flaw, count: Int)] = [
        (.scratch, 2), (.dent, 2), (.missingHole, 2), (.burr, 2),
    ]

    private static let side = 160
    private static let radius = 10.0
    private static let bevel = 2.4
    private static let centres: [Point] = [30.0, 80.0, 130.0].flatMap { y in
        [30.0, 80.0, 130.0].map { x in Point(x, y) }
    }
    /// Where the light comes from.
    private static let light = Point(-0.6, -0.8)

    private let placement: Placement
    private let offsets: [Point]
    private let level: Double
    private let gloss: (centre: Double, tilt: Double, strength: Double)
    private let grain: ValueNoise
    private let sensorSeed: UInt64

    init(using generator: inout SeededGenerator) {
        placement = Placement(
            width: Self.side,
            height: Self.side,
            shift: 1,
            slope: 0.008,
            stretch: 0.004,
            using: &generator
        )
        var offsets: [Point] = []
        for _ in Self.centres {
            offsets.append(Point(generator.next(in: -0.4...0.4), generator.next(in: -0.4...0.4)))
        }
        self.offsets = offsets
        level = generator.next(in: 0.50...0.54)
        gloss = (
            generator.next(in: 45...115), generator.next(in: -0.25...0.25),
            generator.next(in: 0.10...0.17)
        )
        grain = ValueNoise(seed: generator.next())
        sensorSeed = generator.next()
    }

    func picture(
        flaw: Flaw?,
        severity: Double,
        using generator: inout SeededGenerator
    ) -> PixelImage {
        var holes = zip(Self.centres, offsets).map { centre, offset in
            Hole(centre: placement.picture(centre + offset))
        }
        let chosen = generator.next(below: holes.count)
        if flaw == .missingHole {
            holes[chosen].punch = severity > 0.5 ? 0 : 2.2
        }
        if flaw == .burr {
            holes[chosen].burr = Burr(
                direction: generator.nextDirection(),
                height: 2.5 + 2.5 * severity,
                outline: ValueNoise(seed: generator.next())
            )
        }
        var canvas = Canvas(width: Self.side, height: Self.side) { place in
            Colour(grey: surface(at: place))
        }
        if flaw == .dent { dent(&canvas, severity: severity, using: &generator) }
        if flaw == .scratch { scratch(&canvas, severity: severity, using: &generator) }
        for hole in holes { paint(hole, on: &canvas) }
        return canvas.image(channels: 1, noise: 1.8, seed: sensorSeed)
    }
}

// MARK: - The plate

extension BrushedMetal {
    private struct Hole {
        let centre: Point
        /// The radius of the hole where it is not finished, 0 for none at all.
        var punch: Double?
        var burr: Burr?
    }

    /// Torn metal at one side of a hole.
    private struct Burr {
        let direction: Point
        /// How far it reaches over the hole and over the plate, in pixels.
        let height: Double
        let outline: ValueNoise
    }

    /// The light that the brushed surface sends back at a place, in `0...1`.
    private func surface(at place: Point) -> Double {
        let object = placement.object(place)
        let coarse = grain.at(object.x / 130, object.y / 3.1)
        let middle = grain.at(object.x / 60 + 91, object.y / 1.4)
        let fine = grain.at(object.x / 24 + 37, object.y * 1.1 + 400)
        let streaks = 0.035 * coarse + 0.045 * middle + 0.04 * fine
        let across = object.y - gloss.centre + gloss.tilt * (object.x - 80)
        return level + gloss.strength * Shape.bell(across / 55) + streaks
    }

    private func paint(_ hole: Hole, on canvas: inout Canvas) {
        if hole.punch == 0 { return }
        let radius = hole.punch ?? Self.radius
        let bevel = hole.punch == nil ? Self.bevel : 1
        canvas.map { place, colour in
            let moved = place - hole.centre
            guard moved.length < radius + 12 else { return colour }
            let outward = moved.direction
            let facing = outward.dot(Self.light)
            var distance = moved.length - radius
            var lip = 0.0
            if let burr = hole.burr {
                let side = Shape.ramp(outward.dot(burr.direction), from: 0.25, to: 0.95)
                let ragged = burr.outline.fractal(
                    outward.x * 5 + 9,
                    outward.y * 5 + 9,
                    octaves: 2
                )
                distance += side * burr.height * (0.6 + ragged)
                lip = side * Shape.bell((distance - 3) / (0.8 * burr.height))
                lip *= 0.20 + 0.35 * burr.outline.at(place.x / 2.2, place.y / 2.2)
            }
            // The far wall of the bevel faces the light, the near one looks away from it.
            let rim = Colour(grey: 0.56 - 0.34 * facing)
            let wall = 0.10 + 0.16 * Shape.ramp(-facing * moved.length / radius, from: 0.2, to: 1)
            return (colour + Colour(grey: lip))
                .mixed(with: rim, Shape.inside(distance - bevel))
                .mixed(with: Colour(grey: wall), Shape.inside(distance))
        }
    }
}

// MARK: - Flaws

extension BrushedMetal {
    /// The middle of a stretch of plate between holes.
    private func clearing(using generator: inout SeededGenerator) -> Point {
        let corner = Point(
            Double(generator.next(below: 2)),
            Double(generator.next(below: 2))
        )
        let jitter = Point(generator.next(in: -4...4), generator.next(in: -4...4))
        return placement.picture(Point(55, 55) + corner * Point(repeating: 50) + jitter)
    }

    private func dent(
        _ canvas: inout Canvas,
        severity: Double,
        using generator: inout SeededGenerator
    ) {
        let centre = clearing(using: &generator)
        let radii = Point(generator.next(in: 9...13), generator.next(in: 7...10))
        let depth = 0.20 + 0.25 * severity
        canvas.map { place, colour in
            let inner = (place - centre) / radii
            let rest = max(1 - inner.dot(inner), 0)
            // The slope of a bowl (1 - r^2)^2 towards the light, as a change of brightness.
            let slope = -4 * rest * inner.dot(Self.light) * 0.5
            return colour + Colour(grey: depth * slope - 0.05 * rest)
        }
    }

    private func scratch(
        _ canvas: inout Canvas,
        severity: Double,
        using generator: inout SeededGenerator
    ) {
        let middle = clearing(using: &generator)
        let heading = Point(generator.next(in: -0.8...0.8), 1).direction
        let length = 34 + 60 * severity
        let points = WanderingLine.points(
            from: middle - heading * Point(repeating: length / 2),
            heading: heading,
            length: length,
            step: 3,
            bend: 0.06,
            memory: 0.5,
            using: &generator
        )
        var furrow = Coverage(width: canvas.width, height: canvas.height)
        furrow.stroke(points.map { $0 + Point(1, 0.4) }, from: 1.2, to: 0.8)
        canvas.blend(Colour(grey: 0.25), through: furrow, opacity: 0.4 + 0.3 * severity)
        var edge = Coverage(width: canvas.width, height: canvas.height)
        edge.stroke(points, from: 1 + 0.4 * severity, to: 0.7)
        canvas.blend(Colour(grey: 0.96), through: edge, opacity: 0.55 + 0.35 * severity)
    }
}
