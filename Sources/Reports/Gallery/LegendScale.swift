/// The colours of heat maps as a bar with marks, as SVG without any style attribute.
struct LegendScale {
    /// The picture.
    let svg: String

    private static let width: Float = 480
    private static let barHeight: Float = 10
    private static let lineHeight: Float = 15
    /// The width of a character of the labels, about.
    private static let characterWidth: Float = 6.1

    private struct Mark {
        let x: Float
        let label: String
        let isThreshold: Bool
        var row = 0

        /// What the label covers: it begins at its mark, unless the picture ends before it does.
        var extent: ClosedRange<Float> {
            let length = Float(label.utf16.count) * LegendScale.characterWidth
            let start = max(0, min(x + 4, LegendScale.width - length))
            return start...start + length
        }
    }

    /// Draws a legend; nil where it has no scale.
    init?(_ legend: HeatLegend) {
        guard legend.saturation > 0, legend.colors.count > 1 else { return nil }
        func place(_ value: Float) -> Float {
            min(max(value / legend.saturation, 0), 1) * Self.width
        }
        var marks = legend.ticks.map { tick in
            Mark(
                x: place(tick.value),
                label: tick.isThreshold ? "threshold: \(tick.label)" : tick.label,
                isThreshold: tick.isThreshold
            )
        }
        if legend.unseenAbove < legend.saturation,
            legend.ticks.allSatisfy({ $0.value < legend.unseenAbove })
        {
            marks.append(
                Mark(
                    x: place(legend.unseenAbove),
                    label: "beyond here: no good image",
                    isThreshold: false
                )
            )
        }
        // From right to left, a label that would meet others goes below them, so that no mark crosses a label.
        for index in marks.indices.reversed() {
            let met = marks[(index + 1)...].filter { $0.extent.overlaps(marks[index].extent) }
            marks[index].row = met.map { $0.row + 1 }.max() ?? 0
        }
        svg = Self.draw(marks, colors: legend.colors)
    }

    private static func draw(_ marks: [Mark], colors: [String]) -> String {
        let rows = (marks.map(\.row).max() ?? 0) + 1
        let height = barHeight + 6 + Float(rows) * lineHeight
        let spoken = escaped(marks.map(\.label).joined(separator: "; "))
        var svg = """
            <svg viewBox="0 0 \(number(width)) \(number(height))" role="img" aria-label="\
            Colours of the heat map, from low to high. Good images that score higher: \(spoken)">\
            <defs><linearGradient id="heat-scale">
            """
        for (place, color) in colors.enumerated() where color.allSatisfy(isPlain) {
            let offset = number(Float(place) / Float(colors.count - 1) * 100)
            svg += "<stop offset=\"\(offset)%\" stop-color=\"\(color)\"/>"
        }
        svg += """
            </linearGradient></defs><rect width="\(number(width))" height="\(number(barHeight))" \
            rx="3" fill="url(#heat-scale)"/>
            """
        for mark in marks {
            let end = barHeight + 4 + Float(mark.row) * lineHeight
            let kind = mark.isThreshold ? " class=\"limit\"" : ""
            svg += """
                <line x1="\(number(mark.x))" x2="\(number(mark.x))" y1="0" y2="\(number(end))"/>\
                <text\(kind) x="\(number(mark.extent.lowerBound))" y="\(number(end + 5))">\
                \(escaped(mark.label))</text>
                """
        }
        return svg + "</svg>"
    }

    private static func isPlain(_ character: Character) -> Bool {
        character == "#" || character.isHexDigit
    }

    /// The label comes from a file that anybody may have written.
    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            default: String(character)
            }
        }
        .joined()
    }

    private static func number(_ value: Float) -> String { OfflinePage.number(value, 1) }
}
