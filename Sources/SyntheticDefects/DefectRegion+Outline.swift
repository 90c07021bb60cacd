internal import Tensors

/// The form of an area.
enum DefectOutline: CaseIterable {
    case ellipse, irregular, cloud, polygon, bar

    /// How far the form may reach, in units of the ellipse of the same area.
    fileprivate var reach: Double {
        switch self {
        case .ellipse: 1.05
        case .irregular: 1.5
        case .cloud: 2
        case .polygon: 1.8
        case .bar: 1.4
        }
    }
}

extension DefectRegion {
    /// Draws an area somewhere in a picture.
    ///
    /// - Parameters:
    ///   - outline: The form.
    ///   - pixels: The area; what is covered at all is hardly more.
    ///   - elongation: Length over width, at least 1.
    ///   - softness: The width of the rim over which coverage rises to 1, in pixels, at least 1.
    ///   - height: The height of the picture.
    ///   - width: The width of the picture.
    ///   - generator: Where the random numbers come from.
    init(
        _ outline: DefectOutline,
        pixels: Double,
        elongation: Double,
        softness: Double,
        height: Int,
        width: Int,
        using generator: inout SeededGenerator
    ) {
        let frame = OutlineFrame(
            pixels: pixels,
            elongation: elongation,
            reach: outline.reach,
            height: height,
            width: width,
            using: &generator
        )
        rows = frame.rows
        columns = frame.columns
        let field = Self.field(outline, frame: frame, using: &generator)
        let level = Self.level(of: field, below: Int(pixels.rounded()))
        // No softer than lets the middle be covered whole.
        let scale = Float((frame.radii.x * frame.radii.y).squareRoot())
        let depth = (level - (field.min() ?? 0)) * scale + 0.5
        let rim = max(1, min(Float(softness), 0.9 * depth))
        coverage = field.map { value in
            let position = min(max(((level - value) * scale + 0.5) / rim, 0), 1)
            return position * position * (3 - 2 * position)
        }
    }

    /// A function that grows outward, about as fast as the distance in units of the radii.
    private static func field(
        _ outline: DefectOutline,
        frame: OutlineFrame,
        using generator: inout SeededGenerator
    ) -> [Float] {
        let (height, width) = (frame.rows.count, frame.columns.count)
        let size = (frame.radii.x * frame.radii.y).squareRoot()
        let grain: Double
        let roughness: Float
        switch outline {
        case .ellipse: (grain, roughness) = (1, 0)
        case .irregular:
            grain = max(1.5, size * generator.next(in: 0.3...1.2))
            roughness = Float(generator.next(in: 0.2...0.6))
        case .cloud:
            grain = max(1.5, size * generator.next(in: 0.4...0.9))
            roughness = Float(generator.next(in: 0.9...1.6))
        case .polygon: (grain, roughness) = (max(1.5, size / 3), 0.05)
        case .bar: (grain, roughness) = (max(1.5, size / 3), 0.1)
        }
        var field =
            roughness == 0
            ? [Float](repeating: 0, count: height * width)
            : ValueNoise(seed: generator.next()).grid(
                height: height,
                width: width,
                grain: grain,
                octaves: 3
            )
        let sides = outline == .polygon ? Self.sides(using: &generator) : []
        let along = SIMD2<Float>(frame.axis / Point(repeating: frame.radii.x))
        let across = SIMD2<Float>(frame.axis.perpendicular / Point(repeating: frame.radii.y))
        let centre = SIMD2<Float>(frame.centre)
        var index = 0
        for row in frame.rows {
            for column in frame.columns {
                let moved = SIMD2(Float(column) + 0.5, Float(row) + 0.5) - centre
                let place = SIMD2((moved * along).sum(), (moved * across).sum())
                let distance: Float
                switch outline {
                case .polygon:
                    distance = sides.reduce(0) { max($0, (place * $1).sum()) }
                case .bar: distance = max(place.x.magnitude, place.y.magnitude)
                case .cloud: distance = 0.8 * (place * place).sum().squareRoot()
                default: distance = (place * place).sum().squareRoot()
                }
                field[index] = distance - roughness * field[index]
                index += 1
            }
        }
        return field
    }

    /// The sides of a convex polygon around the origin: `place . side` is 1 on the side.
    private static func sides(using generator: inout SeededGenerator) -> [SIMD2<Float>] {
        let count = 3 + generator.next(below: 4)
        var direction = generator.nextDirection()
        // Nearly a whole turn in equal steps; the tangents of half a step, for 3 to 6 sides.
        let step = [Point(-0.5, 0.866), Point(0, 1), Point(0.309, 0.951), Point(0.5, 0.866)]
        return (0..<count).map { _ in
            let jitter = generator.next(in: -0.35...0.35)
            let side = (direction + direction.perpendicular * Point(repeating: jitter)).direction
            direction =
                direction * Point(repeating: step[count - 3].x)
                + direction.perpendicular * Point(repeating: step[count - 3].y)
            return SIMD2<Float>(side * Point(repeating: generator.next(in: 0.9...1.5)))
        }
    }

    /// The level below which so many values lie, by a histogram.
    private static func level(of values: [Float], below count: Int) -> Float {
        guard let lowest = values.min(), let highest = values.max(), highest > lowest else {
            return values.first ?? 0
        }
        let bins = 512
        var histogram = [Int](repeating: 0, count: bins + 1)
        let scale = Float(bins) / (highest - lowest)
        for value in values { histogram[Int((value - lowest) * scale)] += 1 }
        var seen = 0
        for (bin, share) in histogram.enumerated() {
            seen += share
            if seen >= count { return lowest + (Float(bin) + 0.5) / scale }
        }
        return highest
    }
}

/// Where an area is drawn, and its axes.
private struct OutlineFrame {
    let rows: Range<Int>
    let columns: Range<Int>
    let centre: Point
    /// The direction of the first radius.
    let axis: Point
    /// Half the length along the axis and across, in pixels.
    let radii: Point

    init(
        pixels: Double,
        elongation: Double,
        reach: Double,
        height: Int,
        width: Int,
        using generator: inout SeededGenerator
    ) {
        var minor = (pixels / (Double.pi * elongation)).squareRoot()
        var major = minor * elongation
        var axis = generator.nextDirection()
        let short = Double(min(height, width)) / 2
        if major * reach > short {
            // It must lie along the picture, which may be much longer than wide.
            axis = height > width ? Point(0, 1) : Point(1, 0)
            minor = min(minor, short)
            major = pixels / (Double.pi * minor)
        }
        let extent = Point(
            (major * axis.x * major * axis.x + minor * axis.y * minor * axis.y).squareRoot(),
            (major * axis.y * major * axis.y + minor * axis.x * minor * axis.x).squareRoot()
        )
        // Part of a defect may be cut off at the border.
        func place(_ extent: Double, _ side: Int, _ generator: inout SeededGenerator) -> Double {
            let margin = min(0.6 * extent, Double(side) / 2)
            return generator.next(in: margin...(Double(side) - margin))
        }
        centre = Point(
            place(extent.x, width, &generator),
            place(extent.y, height, &generator)
        )
        self.axis = axis
        radii = Point(major, minor)
        // Four pixels more, so that there are surroundings to blend with.
        func box(_ centre: Double, _ extent: Double, _ side: Int) -> Range<Int> {
            let first = Int((centre - extent * reach).rounded(.down)) - 4
            let end = Int((centre + extent * reach).rounded(.up)) + 4
            return (first..<end).clamped(to: 0..<side)
        }
        rows = box(centre.y, extent.y, height)
        columns = box(centre.x, extent.x, width)
    }
}
