internal import ImageCodec
internal import SyntheticDefects
internal import Tensors

/// Plain-woven cloth, blue threads upright and pale ones across.
struct WovenCloth: SampleKind {
    enum Flaw: String {
        case cut
        case stain
        case missingThread = "missing-thread"
        case foreignFibre = "foreign-fibre"
    }

    static let name = "woven-cloth"
    static let format = SampleFile.Format.png
    static let flaws: [(flaw: Flaw, count: Int)] = [
        (.cut, 2), (.stain, 2), (.missingThread, 2), (.foreignFibre, 2),
    ]

    private static let width = 176
    private static let height = 132
    /// The distance between threads, in pixels.
    private static let pitch = 6.5

    private let placement: Placement
    private let phase: Point
    private let tints: (warp: Colour, weft: Colour)
    private let light: (direction: Point, slope: Double, level: Double)
    private let drape: ValueNoise
    private let threads: ValueNoise
    private let slubs: ValueNoise
    private let fibres: ValueNoise
    private let sensorSeed: UInt64

    init(using generator: inout SeededGenerator) {
        placement = Placement(
            width: Self.width,
            height: Self.height,
            shift: 0,
            slope: 0.035,
            stretch: 0.03,
            using: &generator
        )
        phase = Point(generator.next(in: 0...64), generator.next(in: 0...64))
        let warmth = generator.next(in: -0.012...0.012)
        tints = (
            Colour(0.33 + warmth, 0.45, 0.62 - warmth), Colour(0.80 + warmth, 0.78, 0.73 - warmth)
        )
        light = (
            generator.nextDirection(), generator.next(in: 0.03...0.12),
            generator.next(in: 0.96...1.04)
        )
        drape = ValueNoise(seed: generator.next())
        threads = ValueNoise(seed: generator.next())
        slubs = ValueNoise(seed: generator.next())
        fibres = ValueNoise(seed: generator.next())
        sensorSeed = generator.next()
    }

    func picture(
        flaw: Flaw?,
        severity: Double,
        using generator: inout SeededGenerator
    ) -> PixelImage {
        var hole: Patch?
        var gap: MissingThread?
        switch flaw {
        case .cut: hole = cut(severity: severity, using: &generator)
        case .missingThread: gap = missingThread(severity: severity, using: &generator)
        default: break
        }
        var canvas = Canvas(width: Self.width, height: Self.height, samples: 2) { place in
            colour(at: place, hole: hole, gap: gap)
        }
        switch flaw {
        case .stain: stain(&canvas, severity: severity, using: &generator)
        case .foreignFibre: fibre(&canvas, severity: severity, using: &generator)
        default: break
        }
        let centre = Point(Double(Self.width) / 2, Double(Self.height) / 2)
        canvas.map { place, colour in
            let across = (place - centre).dot(light.direction) / centre.length
            return colour.lit(light.level + light.slope * across)
        }
        return canvas.image(channels: 3, noise: 1.2, seed: sensorSeed)
    }
}

// MARK: - The weave

extension WovenCloth {
    /// One thread that is not there over part of its length.
    private struct MissingThread {
        let isWarp: Bool
        let index: Int
        let along: ClosedRange<Double>

        func hides(_ thread: Thread, isWarp: Bool) -> Bool {
            self.isWarp == isWarp && index == thread.index && along.contains(thread.along)
        }
    }

    /// One thread at one place: which it is, and how it is seen there.
    private struct Thread {
        let index: Int
        /// Across the thread, -1 to 1 from edge to edge of its lane.
        let across: Double
        /// In pixels along the thread.
        let along: Double
        /// 1 in the middle of a crossing, 0 half-way to the next one.
        let crest: Double
    }

    private func colour(at place: Point, hole: Patch?, gap: MissingThread?) -> Colour {
        var object = placement.object(place) + phase
        object +=
            Point(
                drape.at(place.x / 70, place.y / 70),
                drape.at(place.x / 70 + 50, place.y / 70)
            ) * Point(repeating: 1.6)
        let column = (object.x / Self.pitch).rounded(.down)
        let row = (object.y / Self.pitch).rounded(.down)
        let s = 2 * (object.x / Self.pitch - column) - 1
        let t = 2 * (object.y / Self.pitch - row) - 1
        let warp = Thread(index: Int(column), across: s, along: object.y, crest: 1 - t * t)
        let weft = Thread(index: Int(row), across: t, along: object.x, crest: 1 - s * s)
        let warpIsOver = (warp.index + weft.index).isMultiple(of: 2)
        let opening = hole?.distance(to: place) ?? .infinity

        // Without its neighbour across, a thread is not lifted: it sags into the gap.
        var warpHeight =
            gap?.hides(warp, isWarp: true) == true
            ? nil : height(of: warp, isWarp: true, isOver: warpIsOver, opening)
        var weftHeight =
            gap?.hides(weft, isWarp: false) == true
            ? nil : height(of: weft, isWarp: false, isOver: !warpIsOver, opening)
        if let gap, gap.hides(warp, isWarp: true) {
            weftHeight = weftHeight.map { 0.5 * $0 - 0.65 }
        }
        if let gap, gap.hides(weft, isWarp: false) {
            warpHeight = warpHeight.map { 0.5 * $0 - 0.65 }
        }
        if warpHeight == nil, weftHeight == nil {
            return opening < 0 ? Colour(0.09, 0.08, 0.08) : Colour(0.20, 0.22, 0.27)
        }
        if let warpHeight, warpHeight >= weftHeight ?? -9 {
            return shade(warp, tint: tints.warp, height: warpHeight, salt: 0)
        }
        return shade(weft, tint: tints.weft, height: weftHeight ?? 0, salt: 1000)
    }

    /// How high a thread lies at a place, or nil where it is not.
    private func height(
        of thread: Thread,
        isWarp: Bool,
        isOver: Bool,
        _ opening: Double
    ) -> Double? {
        let salt = isWarp ? 0 : 1000
        // Threads are torn off at different lengths: the fringe of a hole.
        guard opening > 3.2 * threads.signed(thread.index, salt + 7) - 0.8 else { return nil }
        let slub = slubs.at(thread.along / 22, Double(thread.index + salt) * 3)
        let half = 0.88 + 0.06 * threads.signed(thread.index, salt) + 0.14 * slub
        let profile = 1 - (thread.across / half) * (thread.across / half)
        guard profile > 0 else { return nil }
        return 0.75 * profile.squareRoot() + (isOver ? 0.50 : -0.50) * thread.crest
    }

    private func shade(_ thread: Thread, tint: Colour, height: Double, salt: Int) -> Colour {
        let twist = Shape.wave((thread.along + 2 * thread.across) / 3.4)
        let fibre = fibres.at(thread.along / 6, Double(thread.index + salt) * 9 + thread.across * 2)
        let dye = threads.signed(thread.index, salt + 3)
        let light = 0.55 + 0.38 * height - 0.10 * thread.across + 0.05 * twist
        return tint.lit(light + 0.06 * fibre + 0.07 * dye)
    }
}

// MARK: - Flaws

extension WovenCloth {
    /// A place at some distance from the picture's edges.
    private func middle(using generator: inout SeededGenerator) -> Point {
        Point(
            Double(Self.width) * generator.next(in: 0.25...0.75),
            Double(Self.height) * generator.next(in: 0.3...0.7)
        )
    }

    private func cut(severity: Double, using generator: inout SeededGenerator) -> Patch {
        let length = 11 + 12 * severity
        return Patch(
            centre: middle(using: &generator),
            radii: Point(length, length * generator.next(in: 0.4...0.65)),
            axis: generator.nextDirection(),
            roughness: 0.3,
            grain: 11,
            using: &generator
        )
    }

    private func missingThread(
        severity: Double,
        using generator: inout SeededGenerator
    ) -> MissingThread {
        let isWarp = generator.next(below: 2) == 0
        let middle = placement.object(middle(using: &generator)) + phase
        let half = 26 + 90 * severity
        let (across, along) = isWarp ? (middle.x, middle.y) : (middle.y, middle.x)
        return MissingThread(
            isWarp: isWarp,
            index: Int((across / Self.pitch).rounded(.down)),
            along: (along - half)...(along + half)
        )
    }

    private func stain(
        _ canvas: inout Canvas,
        severity: Double,
        using generator: inout SeededGenerator
    ) {
        let size = generator.next(in: 11...22)
        let patch = Patch(
            centre: middle(using: &generator),
            radii: Point(size * 1.3, size),
            axis: generator.nextDirection(),
            roughness: 0.4,
            grain: 14,
            using: &generator
        )
        let strength = 0.28 + 0.4 * severity
        let tea = Colour(0.62, 0.44, 0.22)
        canvas.map { place, colour in
            let distance = patch.distance(to: place)
            let body = Shape.ramp(distance, from: 2, to: -4)
            let rim = Shape.bell((distance + 2) / 1.8)
            let share = strength * body * (0.75 + 0.45 * rim)
            return colour.mixed(with: colour * tea, min(share, 1))
        }
    }

    private func fibre(
        _ canvas: inout Canvas,
        severity: Double,
        using generator: inout SeededGenerator
    ) {
        let heading = generator.nextDirection()
        let length = 35 + 55 * severity
        let start = middle(using: &generator) - heading * Point(repeating: length / 2)
        let points = WanderingLine.points(
            from: start,
            heading: heading,
            length: length,
            step: 2,
            bend: 0.7,
            memory: 0.85,
            using: &generator
        )
        var shadow = Coverage(width: canvas.width, height: canvas.height)
        shadow.stroke(points.map { $0 + Point(1.2, 1.4) }, from: 2, to: 1.6)
        canvas.blend(Colour(0.1, 0.1, 0.12), through: shadow, opacity: 0.3)
        var hair = Coverage(width: canvas.width, height: canvas.height)
        hair.stroke(points, from: 1.3 + 0.6 * severity, to: 1)
        let colours = [Colour(0.66, 0.10, 0.12), Colour(0.07, 0.06, 0.06)]
        canvas.blend(colours[generator.next(below: colours.count)], through: hair, opacity: 0.9)
    }
}
