internal import ImageCodec

/// Pictures of one image side by side, with captions, above the legend of the heat colours.
struct PicturePanel {
    /// From left to right, all of one height.
    let pictures: [(caption: String, picture: PixelImage)]
    let legend: HeatLegend

    private static let gap = 16
    private static let captionHeight = 26
    private static let barHeight = 20
    private static let labelHeight = 22
    private static let leastWidth = 760
    private static let heading = "good images that score higher"
    private static let unseen = "no good image seen"
    private static let ink = SIMD3<UInt8>(28, 32, 38)
    private static let pale = SIMD3<UInt8>(104, 110, 120)

    /// A word at a place of the bar.
    private struct Label {
        let text: String
        /// The middle of its mark.
        let place: Int
        /// Where the text begins.
        let start: Int
        let isThreshold: Bool

        /// The columns of the mark and the text.
        var extent: Range<Int> {
            min(place, start) - 2..<max(place, start + PictureCanvas.size(of: text).width) + 2
        }
    }

    /// The pixels from the first picture to the second.
    var step: Int? { pictures.count > 1 ? widths[0] + Self.gap : nil }

    private var widths: [Int] {
        pictures.map { max($0.picture.width, PictureCanvas.size(of: $0.caption).width) }
    }

    func draw() -> PixelImage {
        let widths = widths
        let width = max(
            widths.reduce(Self.gap) { $0 + $1 + Self.gap },
            Self.leastWidth
        )
        let bar = Self.gap..<width - Self.gap
        let rows = Self.arranged(labels(on: bar), within: bar)
        let pictureTop = Self.gap + Self.captionHeight
        let headingTop =
            pictureTop + (pictures.map(\.picture.height).max() ?? 0) + Self.gap
        let barTop = headingTop + Self.captionHeight
        let height = barTop + Self.barHeight + 8 + rows.count * Self.labelHeight + Self.gap
        var canvas = PictureCanvas(width: width, height: height, background: 240)
        var left = Self.gap
        for (index, item) in pictures.enumerated() {
            canvas.text(item.caption, x: left, y: Self.gap, color: Self.ink)
            canvas.draw(item.picture, x: left, y: pictureTop)
            left += widths[index] + Self.gap
        }
        canvas.text(Self.heading, x: bar.lowerBound, y: headingTop, color: Self.pale)
        drawUnseen(on: &canvas, bar: bar, top: headingTop)
        drawBar(on: &canvas, columns: bar, rows: barTop..<barTop + Self.barHeight)
        for (row, labels) in rows.enumerated() {
            let top = barTop + Self.barHeight + 8 + row * Self.labelHeight
            for label in labels {
                let color = label.isThreshold ? Self.ink : Self.pale
                // The mark goes through the bar at the threshold.
                let from = label.isThreshold ? barTop - 4 : barTop + Self.barHeight
                canvas.fill(x: label.place - 1..<label.place + 1, y: from..<top, color: color)
                canvas.fill(x: label.place - 1..<label.place + 1, y: top..<top + 14, color: color)
                canvas.text(label.text, x: label.start, y: top, color: color)
            }
        }
        return canvas.picture
    }

    private func drawBar(on canvas: inout PictureCanvas, columns: Range<Int>, rows: Range<Int>) {
        for column in columns {
            let share = Float(column - columns.lowerBound) / Float(columns.count - 1)
            canvas.fill(
                x: column..<column + 1,
                y: rows,
                color: HeatMap.color(of: share * legend.saturation)
            )
        }
    }

    /// The column of a value, rounded down.
    private func place(of value: Float, on bar: Range<Int>) -> Int {
        bar.lowerBound + Int(Float(bar.count) * value / legend.saturation)
    }

    /// A line above the part of the bar that stands for what no good image reaches.
    private func drawUnseen(on canvas: inout PictureCanvas, bar: Range<Int>, top: Int) {
        guard legend.unseenAbove < legend.saturation else { return }
        let start = place(of: legend.unseenAbove, on: bar)
        canvas.fill(
            x: start..<bar.upperBound,
            y: top + Self.captionHeight - 6..<top + Self.captionHeight - 4,
            color: Self.pale
        )
        let width = PictureCanvas.size(of: Self.unseen).width
        if start + width <= bar.upperBound {
            canvas.text(Self.unseen, x: bar.upperBound - width, y: top, color: Self.pale)
        }
    }

    private func labels(on bar: Range<Int>) -> [Label] {
        func label(_ text: String, at value: Float, isThreshold: Bool = false) -> Label {
            let place = place(of: value, on: bar)
            let width = PictureCanvas.size(of: text).width
            // At the right of its mark, unless it would leave the picture.
            let start = place + 6 + width <= bar.upperBound ? place + 6 : place - 6 - width
            return Label(text: text, place: place, start: start, isThreshold: isThreshold)
        }
        // The threshold says what is counted, the others only how many.
        return legend.ticks.map { tick in
            tick.isThreshold
                ? label("threshold: \(tick.label)", at: tick.value, isThreshold: true)
                : label(tick.label.withoutGoodImages, at: tick.value)
        }
    }

    /// Puts each label into the first row where it covers no other one, nor its mark another's text; else leaves it out.
    ///
    /// From right to left, so that marks go down at the left of the labels above.
    private static func arranged(_ labels: [Label], within bar: Range<Int>) -> [[Label]] {
        var rows: [[Label]] = []
        let threshold = labels.first(where: \.isThreshold)?.place ?? 0
        let apart = labels.filter { $0.isThreshold || abs($0.place - threshold) > 2 }
        for label in apart.sorted(by: { $0.place > $1.place }) where label.start >= bar.lowerBound {
            let row = (0...rows.count).first { row in
                let above = rows[..<row].joined()
                let beside = row < rows.count ? rows[row] : []
                let below = rows.dropFirst(row + 1).joined()
                return above.allSatisfy { !$0.extent.contains(label.place) }
                    && beside.allSatisfy { !$0.extent.overlaps(label.extent) }
                    && below.allSatisfy { !label.extent.contains($0.place) }
            }
            guard let row else { continue }
            if row == rows.count { rows.append([]) }
            rows[row].append(label)
        }
        return rows
    }
}

extension String {
    /// Without the words that all labels share.
    fileprivate var withoutGoodImages: String {
        hasSuffix(" good images") ? String(dropLast(" good images".count)) : self
    }
}
