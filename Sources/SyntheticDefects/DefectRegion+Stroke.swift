internal import Tensors

/// How a stroke runs.
enum StrokeStyle: CaseIterable {
    /// Slightly bent, thin, of changing width.
    case scratch
    /// Jagged, a pixel or two wide.
    case crack
    /// A jagged line with branches.
    case branchingCrack
    /// Curled, of one width.
    case hair

    fileprivate var bend: ClosedRange<Double> {
        switch self {
        case .scratch: 0...0.15
        case .crack, .branchingCrack: 0.35...0.8
        case .hair: 0.3...0.8
        }
    }

    fileprivate var memory: Double {
        switch self {
        case .scratch, .hair: 0.8
        case .crack, .branchingCrack: 0.2
        }
    }
}

extension DefectRegion {
    /// Draws a line somewhere in a picture.
    ///
    /// - Parameters:
    ///   - style: How it runs.
    ///   - pixels: The area wanted; a line that would get too wide or too long covers less.
    ///   - height: The height of the picture.
    ///   - width: The width of the picture.
    ///   - generator: Where the random numbers come from.
    init(
        _ style: StrokeStyle,
        pixels: Double,
        height: Int,
        width: Int,
        using generator: inout SeededGenerator
    ) {
        let place = StrokePlace(style, pixels: pixels, height: height, width: width, &generator)
        var strokes = [Stroke(style, place.start, place.heading, place.length, place.width)]
        var lines = [strokes[0].points(using: &generator)]
        if style == .branchingCrack {
            for _ in 0..<(1 + generator.next(below: 3)) {
                let parent = generator.next(below: lines.count)
                guard lines[parent].count > 2 else { continue }
                let joint = 1 + generator.next(below: lines[parent].count - 2)
                let onward = (lines[parent][joint + 1] - lines[parent][joint]).direction
                let turn = Double(generator.nextSign()) * generator.next(in: 0.5...1.5)
                let branch = Stroke(
                    style,
                    lines[parent][joint],
                    (onward + onward.perpendicular * Point(repeating: turn)).direction,
                    strokes[parent].length * generator.next(in: 0.25...0.6),
                    max(0.8, strokes[parent].width * 0.7)
                )
                strokes.append(branch)
                lines.append(branch.points(using: &generator))
            }
        }
        let margin = place.width + 2
        let all = lines.joined()
        func span(_ side: Int, _ position: (Point) -> Double) -> Range<Int> {
            let first = Int(((all.map(position).min() ?? 0) - margin).rounded(.down))
            let end = Int(((all.map(position).max() ?? 0) + margin).rounded(.up))
            return (first..<max(first, end)).clamped(to: 0..<side)
        }
        rows = span(height) { $0.y }
        columns = span(width) { $0.x }
        var cover = Coverage(width: columns.count, height: rows.count)
        let corner = Point(Double(columns.lowerBound), Double(rows.lowerBound))
        for (stroke, line) in zip(strokes, lines) {
            let wobble = ValueNoise(seed: generator.next())
            let tapers = generator.nextBool(0.7)
            cover.stroke(line.map { $0 - corner }) { index in
                let progress = (Double(index) + 0.5) / Double(line.count - 1)
                let taper = tapers ? min(1, 0.35 + 3 * min(progress, 1 - progress)) : 1
                return stroke.width * taper * (1 + 0.4 * wobble.at(Double(index) * 0.4))
            }
        }
        coverage = cover.shares.map { Float($0) }
    }
}

/// One line of a stroke.
private struct Stroke {
    let style: StrokeStyle
    let start: Point
    let heading: Point
    /// In pixels.
    let length: Double
    /// In pixels.
    let width: Double

    init(
        _ style: StrokeStyle,
        _ start: Point,
        _ heading: Point,
        _ length: Double,
        _ width: Double
    ) {
        self.style = style
        self.start = start
        self.heading = heading
        self.length = length
        self.width = width
    }

    func points(using generator: inout SeededGenerator) -> [Point] {
        // At most 48 pieces: a line across a large picture has longer ones.
        let step = max(min(3, length / 4), length / 48, 0.5)
        return WanderingLine.points(
            from: start,
            heading: heading,
            length: length,
            step: step,
            bend: generator.next(in: style.bend),
            memory: style.memory,
            using: &generator
        )
    }
}

/// Where a stroke begins and how large it gets.
private struct StrokePlace {
    let start: Point
    let heading: Point
    let length: Double
    let width: Double

    init(
        _ style: StrokeStyle,
        pixels: Double,
        height: Int,
        width: Int,
        _ generator: inout SeededGenerator
    ) {
        var direction = generator.nextDirection()
        let (across, down) = (Double(width), Double(height))
        let (short, long) = (min(across, down), max(across, down))
        // In a picture much longer than wide most directions would leave it soon.
        if long > 2 * short {
            let along = width > height ? Point(1, 0) : Point(0, 1)
            direction = (direction * Point(repeating: short / long) + along).direction
        }
        heading = direction
        let scale = max(1, short / 256)
        let chord = min(
            across / max(direction.x.magnitude, 1e-6),
            down / max(direction.y.magnitude, 1e-6)
        )
        let widest = max(1, 0.05 * short)
        let wanted =
            switch style {
            case .scratch: generator.nextLogUniform(in: 0.8...5) * scale
            case .crack, .branchingCrack: generator.nextLogUniform(in: 0.9...2.2) * scale
            case .hair: generator.nextLogUniform(in: 1...2) * scale
            }
        var length = pixels / min(wanted, widest)
        var lineWidth = min(wanted, widest)
        if length > 0.9 * chord {
            length = 0.9 * chord
            lineWidth = min(max(pixels / length, lineWidth), widest)
        }
        if length < 4 * lineWidth {
            lineWidth = min(max(0.8, (pixels / 4).squareRoot()), widest)
            length = min(pixels / lineWidth, 0.9 * chord)
        }
        self.length = length
        self.width = lineWidth
        let middle = Point(
            across * generator.next(in: 0.1...0.9),
            down * generator.next(in: 0.1...0.9)
        )
        // Moved inward, so that most of a long line lies in the picture.
        let half = direction * Point(repeating: length / 2)
        func inward(_ value: Double, _ extent: Double, _ side: Double) -> Double {
            let margin = min(0.8 * extent.magnitude, side / 2)
            return min(max(value, margin), side - margin)
        }
        start =
            Point(inward(middle.x, half.x, across), inward(middle.y, half.y, down)) - half
    }
}
