public import ImageCodec

extension Chart {
    /// The chart as a picture, dark on white.
    ///
    /// - Parameters:
    ///   - width: In pixels.
    ///   - height: In pixels.
    /// - Returns: A colour picture.
    public func picture(width: Int = 640, height: Int = 300) -> PixelImage {
        var canvas = ChartCanvas(width: width, height: height)
        let (rise, ticks) = vertical
        let labels = ticks.map(Chart.label)
        let left = 20 + (labels.map(\.count).max() ?? 1) * BitmapFont.advance * 2
        let plot = ChartCanvas.Area(left: left, top: 44, right: width - 22, bottom: height - 60)
        canvas.text(title, x: 12, y: 12, color: ChartCanvas.ink)
        for (tick, label) in zip(ticks, labels) {
            let y = plot.y(level(of: tick))
            canvas.fill(x: plot.left..<plot.right, y: y..<y + 1, color: ChartCanvas.grid)
            let start = left - 8 - label.count * BitmapFont.advance * 2
            canvas.text(label, x: start, y: y - 7, color: ChartCanvas.pale)
        }
        draw(in: plot, on: &canvas, floor: rise.lowerBound > 0 ? 0 : level(of: 0))
        canvas.fill(
            x: plot.left..<plot.right,
            y: plot.bottom..<plot.bottom + 2,
            color: ChartCanvas.pale
        )
        let ends = [Chart.label(range.lowerBound), Chart.label(range.upperBound)]
        canvas.text(ends[0], x: plot.left, y: plot.bottom + 10, color: ChartCanvas.pale)
        let end = ends[1].count * BitmapFont.advance * 2
        canvas.text(ends[1], x: plot.right - end, y: plot.bottom + 10, color: ChartCanvas.pale)
        let middle = (plot.left + plot.right - axis.count * BitmapFont.advance * 2) / 2
        canvas.text(axis, x: middle, y: plot.bottom + 34, color: ChartCanvas.ink)
        if let marker { draw(marker, in: plot, on: &canvas) }
        return canvas.picture
    }

    private func draw(in plot: ChartCanvas.Area, on canvas: inout ChartCanvas, floor: Double) {
        let width = plot.right - plot.left
        func edge(_ index: Int) -> Int { plot.left + index * width / max(1, values.count) }
        var last: (x: Double, y: Double)?
        for (index, value) in values.enumerated() where value.isFinite {
            let y = plot.y(level(of: value))
            let middle = Double(edge(index) + edge(index + 1)) / 2
            switch form {
            case .bars:
                let base = plot.y(floor)
                let gap = width / max(1, values.count) >= 6 ? 2 : 0
                let columns = edge(index)..<max(edge(index) + 1, edge(index + 1) - gap)
                canvas.fill(x: columns, y: min(y, base)..<max(y, base), color: ChartCanvas.fill)
            case .points:
                let columns = Int(middle) - 2..<Int(middle) + 3
                canvas.fill(x: columns, y: y - 2..<y + 3, color: ChartCanvas.fill)
            case .line:
                // The first and the last number lie at the ends.
                let share = Double(index) / Double(max(1, values.count - 1))
                let point = (x: Double(plot.left) + share * Double(width), y: Double(y))
                if let last { canvas.line(from: last, to: point, color: ChartCanvas.fill) }
                canvas.fill(
                    x: Int(point.x) - 3..<Int(point.x) + 4,
                    y: y - 3..<y + 4,
                    color: ChartCanvas.fill
                )
                last = point
            }
        }
    }

    private func draw(
        _ marker: Marker,
        in plot: ChartCanvas.Area,
        on canvas: inout ChartCanvas
    ) {
        let span = range.upperBound - range.lowerBound
        guard span > 0, range.contains(marker.place) else { return }
        let share = (marker.place - range.lowerBound) / span
        let x = plot.left + Int(share * Double(plot.right - plot.left))
        canvas.fill(x: x - 1..<x + 1, y: plot.top..<plot.bottom, color: ChartCanvas.mark)
        let length = marker.label.count * BitmapFont.advance * 2
        let start = x + 8 + length < plot.right ? x + 8 : x - 8 - length
        canvas.text(marker.label, x: start, y: plot.top, color: ChartCanvas.mark)
    }
}

/// Pixels that a chart is drawn on.
struct ChartCanvas {
    /// The part of the picture between the axes.
    struct Area {
        let left: Int
        let top: Int
        let right: Int
        let bottom: Int

        /// The row at a share of the height, 0 at the bottom.
        func y(_ share: Double) -> Int { bottom - Int((share * Double(bottom - top)).rounded()) }
    }

    static let ink = SIMD3<UInt8>(28, 32, 38)
    static let pale = SIMD3<UInt8>(104, 110, 120)
    static let grid = SIMD3<UInt8>(226, 229, 233)
    static let fill = SIMD3<UInt8>(38, 98, 168)
    static let mark = SIMD3<UInt8>(196, 60, 32)

    private let width: Int
    private let height: Int
    private var levels: [UInt8]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        levels = [UInt8](repeating: 255, count: width * height * 3)
    }

    var picture: PixelImage {
        PixelImage(width: width, height: height, channels: 3, levels: levels)
    }

    mutating func fill(x: Range<Int>, y: Range<Int>, color: SIMD3<UInt8>) {
        for row in y.clamped(to: 0..<height) {
            for column in x.clamped(to: 0..<width) { mix(color, share: 1, x: column, y: row) }
        }
    }

    /// Letters of twice the font's size.
    mutating func text(_ text: String, x: Int, y: Int, color: SIMD3<UInt8>) {
        for dot in BitmapFont.dots(of: text) {
            let (px, py) = (x + 2 * dot.x, y + 2 * dot.y)
            fill(x: px..<px + 2, y: py..<py + 2, color: color)
        }
    }

    /// A line three pixels wide with soft edges.
    mutating func line(
        from start: (x: Double, y: Double),
        to end: (x: Double, y: Double),
        color: SIMD3<UInt8>
    ) {
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let squared = max(dx * dx + dy * dy, 1e-9)
        for y in Int(min(start.y, end.y)) - 3...Int(max(start.y, end.y)) + 3 {
            for x in Int(min(start.x, end.x)) - 3...Int(max(start.x, end.x)) + 3
            where (0..<width).contains(x) && (0..<height).contains(y) {
                let (px, py) = (Double(x) - start.x, Double(y) - start.y)
                let along = min(max((px * dx + py * dy) / squared, 0), 1)
                let (rx, ry) = (px - along * dx, py - along * dy)
                let distance = (rx * rx + ry * ry).squareRoot()
                mix(color, share: min(max(2 - distance, 0), 1), x: x, y: y)
            }
        }
    }

    private mutating func mix(_ color: SIMD3<UInt8>, share: Double, x: Int, y: Int) {
        let start = (y * width + x) * 3
        for channel in 0..<3 {
            let below = Double(levels[start + channel])
            levels[start + channel] = UInt8(below + (Double(color[channel]) - below) * share)
        }
    }
}
