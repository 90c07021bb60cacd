internal import SyntheticDefects
internal import Tensors

extension CircuitPads {
    /// A tinned area to solder a pin to.
    struct Pad: Sendable {
        let centre: Point
        /// Half the size, in pixels.
        let half: Point
        /// Where the solder shines brightest, from the centre.
        let gloss: Point
        let level: Double

        /// Draws a pad of nearly the given size.
        init(centre: Point, half: Point, using generator: inout SeededGenerator) {
            self.centre = centre
            self.half =
                half + Point(generator.next(in: -0.5...0.5), generator.next(in: -0.3...0.3))
            gloss = half * Point(generator.next(in: -0.3...0.3), generator.next(in: -0.2...0.2))
            level = generator.next(in: 0.62...0.70)
        }

        /// Whether the pad or its surroundings can be at a place.
        func isNear(_ place: Point) -> Bool {
            (place.x - centre.x).magnitude < half.x + 4
                && (place.y - centre.y).magnitude < half.y + 4
        }

        /// The distance to the rounded outline, in pixels, negative inside.
        func distance(to place: Point) -> Double {
            let corner = 2.2
            let x = (place.x - centre.x).magnitude - half.x + corner
            let y = (place.y - centre.y).magnitude - half.y + corner
            return Point(max(x, 0), max(y, 0)).length + min(max(x, y), 0) - corner
        }
    }

    /// Solder that joins two pads.
    struct Bridge: Sendable {
        let from: Point
        let to: Point
        /// Half the width at the waist, in pixels.
        let half: Double

        /// The distance to the outline, in pixels, negative inside.
        func distance(to place: Point) -> Double {
            let middle = (from + to) / 2
            let reach = max((to - from).length / 2, 1)
            let fromWaist = (place.y - middle.y).magnitude / reach
            let distance = Segment(from: from, to: to).distance(to: place)
            return distance - half * (1 + 0.6 * min(fromWaist * fromWaist, 1))
        }
    }

    /// Copper lines under the varnish, from pad to board edge or via, in pixels of the object.
    private static let traces: [[Point]] = (0..<rows).flatMap { row in
        let y = padTop + padPitch * Double(row)
        let out = y + (row < rows / 2 ? -7 : 7)
        let isEven = row.isMultiple(of: 2)
        let left =
            isEven
            ? [Point(35, y), Point(18, y), Point(11, out), Point(-9, out)]
            : [Point(35, y), Point(50, y), Point(56, y - 6)]
        let right =
            isEven
            ? [Point(85, y), Point(70, y), Point(64, y + 6)]
            : [Point(85, y), Point(102, y), Point(109, out), Point(129, out)]
        return [left, right]
    }

    private static let traceSegments = traces.flatMap(Segment.through)

    /// Plated holes at the inner ends of traces.
    private static let vias: [Point] = traces.compactMap(\.last).filter { $0.x > 0 && $0.x < 120 }

    /// White lines printed on the board: the part's outline and its name.
    private static let printedLines: [[Point]] = [
        [
            Point(48, 27), Point(57, 27), Point(60, 30), Point(63, 27), Point(72, 27),
            Point(72, 175), Point(48, 175), Point(48, 27),
        ],
        [Point(49, 8), Point(49, 16), Point(51, 18), Point(55, 18), Point(57, 16), Point(57, 8)],
        [Point(62, 8), Point(70, 8), Point(65, 18)],
    ]

    private static let printedSegments = printedLines.flatMap(Segment.through)

    /// The board with its traces and vias at a place, without pads, in `0...1`.
    func copper(at object: Point) -> Double {
        let glass =
            Shape.wave(object.x / 4.3) * Shape.wave(object.y / 4.3)
            + board.fractal(object.x / 9, object.y / 9, octaves: 2)
        var level = 0.25 + 0.012 * glass
        for segment in Self.traceSegments where segment.mayReach(object, within: 3) {
            let covered = Shape.inside(segment.distance(to: object) - 1.7)
            level = max(level, 0.25 + 0.14 * covered + 0.012 * glass)
        }
        for via in Self.vias {
            let distance = (object - via).length
            guard distance < 5 else { continue }
            let shine = 0.52 - 0.05 * (object - via).dot(Point(0.6, 0.8))
            level += (shine - level) * Shape.inside(distance - 3.4)
            level += (0.07 - level) * Shape.inside(distance - 1.7)
        }
        return level
    }

    /// The level of a place where a pad may be, given the level of the board there.
    func tin(_ pad: Pad, at object: Point, over level: Double) -> Double {
        let distance = pad.distance(to: object)
        let bare = level + (0.17 - level) * Shape.inside(distance - 1.3)
        let shine = (object - pad.centre - pad.gloss) / pad.half
        return bare + (tin(pad.level, shine: shine, depth: -distance, at: object) - bare)
            * Shape.inside(distance)
    }

    /// The level of a place where a bridge may be, given the level of what is under it.
    func tin(_ bridge: Bridge, at object: Point, over level: Double) -> Double {
        let distance = bridge.distance(to: object)
        guard distance < 1 else { return level }
        let middle = (bridge.from + bridge.to) / 2
        let shine = (object - middle + Point(0.5, 1)) / Point(bridge.half, bridge.half * 3)
        return level + (tin(0.60, shine: shine, depth: -distance, at: object) - level)
            * Shape.inside(distance)
    }

    private func tin(_ base: Double, shine: Point, depth: Double, at object: Point) -> Double {
        let dull = 0.05 * solder.fractal(object.x / 5, object.y / 5, octaves: 2)
        return base + 0.24 * Shape.bell(shine.length * 1.6) + dull
            - 0.20 * Shape.ramp(depth, from: 2.2, to: 0)
    }

    /// What a pad that came off leaves behind: a shallow bed, with bare laminate when it is bad.
    func footprint(
        of pad: Pad,
        at object: Point,
        over level: Double,
        severity: Double
    ) -> Double {
        let distance = pad.distance(to: object)
        let laminate =
            0.25 + 0.12 * severity
            + 0.05 * Shape.wave(object.x / 3) * Shape.wave(object.y / 3)
        let bare = level + (0.17 - level) * Shape.inside(distance - 1.3)
        return bare + (laminate - bare) * Shape.inside(distance)
    }

    /// The level with the white print over it.
    func print(at object: Point, over level: Double) -> Double {
        var ink = Shape.inside((object - Point(20, 27)).length - 2.6)
        for segment in Self.printedSegments where segment.mayReach(object, within: 2) {
            ink = max(ink, Shape.inside(segment.distance(to: object) - 0.6))
        }
        return level + (0.80 - level) * 0.9 * ink
    }
}
