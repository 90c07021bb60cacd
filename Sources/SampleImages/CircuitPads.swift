internal import ImageCodec
internal import SyntheticDefects
internal import Tensors

/// A circuit board's footprint: two columns of tinned pads, traces, vias and a printed outline.
struct CircuitPads: SampleKind {
    enum Flaw: String {
        case bridge
        case missingPad = "missing-pad"
        case contamination
    }

    static let name = "circuit-pads"
    static let format = SampleFile.Format.jpeg(quality: 88)
    static let flaws: [(flaw: Flaw, count: Int)] = [
        (.bridge, 3), (.missingPad, 2), (.contamination, 3),
    ]

    private static let width = 120
    private static let height = 200
    static let rows = 8
    /// The height of the first row of pads, and the distance between rows, in pixels.
    static let padTop = 38.0
    static let padPitch = 18.0

    private let placement: Placement
    private let light: (direction: Point, slope: Double, level: Double)
    private let pads: [Pad]
    let board: ValueNoise
    let solder: ValueNoise
    private let sensorSeed: UInt64

    init(using generator: inout SeededGenerator) {
        placement = Placement(
            width: Self.width,
            height: Self.height,
            shift: 1.5,
            slope: 0.015,
            stretch: 0.008,
            using: &generator
        )
        light = (
            generator.nextDirection(), generator.next(in: 0.02...0.07),
            generator.next(in: 0.96...1.04)
        )
        var pads: [Pad] = []
        for row in 0..<Self.rows {
            for x in [35.0, 85.0] {
                let centre = Point(x, Self.padTop + Self.padPitch * Double(row))
                pads.append(Pad(centre: centre, half: Point(10.5, 4.6), using: &generator))
            }
        }
        for x in [47.0, 73.0] {
            pads.append(Pad(centre: Point(x, 187), half: Point(7, 5.5), using: &generator))
        }
        self.pads = pads
        board = ValueNoise(seed: generator.next())
        solder = ValueNoise(seed: generator.next())
        sensorSeed = generator.next()
    }

    func picture(
        flaw: Flaw?,
        severity: Double,
        using generator: inout SeededGenerator
    ) -> PixelImage {
        let chosen = generator.next(below: 2 * (Self.rows - 1))
        var bridge: Bridge?
        if flaw == .bridge {
            let across = generator.next(in: -5...5)
            bridge = Bridge(
                from: pads[chosen].centre + Point(across, 2),
                to: pads[chosen + 2].centre + Point(across, -2),
                half: 1.3 + 3.2 * severity
            )
        }
        let missing = flaw == .missingPad ? chosen : nil
        var canvas = Canvas(width: Self.width, height: Self.height, samples: 2) { place in
            let object = placement.object(place)
            var level = copper(at: object)
            for (index, pad) in pads.enumerated() where pad.isNear(object) {
                if index == missing {
                    level = footprint(of: pad, at: object, over: level, severity: severity)
                } else {
                    level = tin(pad, at: object, over: level)
                }
            }
            if let bridge { level = tin(bridge, at: object, over: level) }
            return Colour(grey: print(at: object, over: level))
        }
        if flaw == .contamination {
            contaminate(&canvas, severity: severity, using: &generator)
        }
        let middle = Point(Double(Self.width), Double(Self.height)) / 2
        canvas.map { place, colour in
            let across = (place - middle).dot(light.direction) / middle.length
            return colour.lit(light.level + light.slope * across)
        }
        return canvas.image(channels: 1, noise: 2, seed: sensorSeed)
    }
}

// MARK: - Contamination

extension CircuitPads {
    /// A lump of dirt, flux residue or a hair, from the worst to the least.
    private func contaminate(
        _ canvas: inout Canvas,
        severity: Double,
        using generator: inout SeededGenerator
    ) {
        let middle = Point(generator.next(in: 30...90), generator.next(in: 40...160))
        guard severity > 0 else { return hair(&canvas, over: middle, using: &generator) }
        let size = 6 + 6 * severity
        let patch = Patch(
            centre: middle,
            radii: Point(size * 1.4, size),
            axis: generator.nextDirection(),
            roughness: 0.5,
            grain: 6,
            using: &generator
        )
        // Dirt hides what is under it; flux residue is pale and lets it through.
        let (body, tone) = severity > 0.8 ? (0.86, 0.12) : (0.6, 0.46)
        canvas.map { place, colour in
            let distance = patch.distance(to: place)
            let share = body * Shape.ramp(distance, from: 1, to: -2)
            let crust = tone + 0.10 * (0.5 + 0.5 * board.at(place.x / 2.5, place.y / 2.5))
            let rim = 0.10 * Shape.bell((distance + 1) / 1.2)
            return colour.mixed(with: Colour(grey: crust + rim), share)
        }
    }

    private func hair(
        _ canvas: inout Canvas,
        over middle: Point,
        using generator: inout SeededGenerator
    ) {
        let heading = generator.nextDirection()
        let points = WanderingLine.points(
            from: middle - heading * 22,
            heading: heading,
            length: 48,
            step: 2,
            bend: 0.7,
            memory: 0.8,
            using: &generator
        )
        var hair = Coverage(width: canvas.width, height: canvas.height)
        hair.stroke(points, from: 1.5, to: 1.1)
        canvas.blend(Colour(grey: 0.05), through: hair, opacity: 0.85)
    }
}
