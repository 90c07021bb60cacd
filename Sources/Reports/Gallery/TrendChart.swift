/// A number's course over the last runs, as SVG without style.
struct TrendChart {
    /// One run.
    struct Point {
        /// When it was, for people.
        let time: String
        /// The number; a run without one is left out.
        let value: Double
    }

    private static let width = 320.0
    private static let height = 132.0
    private static let plot = (left: 46.0, right: 312.0, top: 12.0, bottom: 100.0)

    private let id, title: String
    private let points: [Point]
    private let format: (Double) -> String

    /// Creates a chart; nil of fewer than two runs.
    init?(id: String, title: String, points: [Point], format: @escaping (Double) -> String) {
        guard points.count >= 2 else { return nil }
        self.id = id
        self.title = title
        self.points = points
        self.format = format
    }

    /// The SVG element; all text in it is the chart's own.
    var svg: String {
        let values = points.map(\.value)
        let highest = values.max() ?? 0
        let lowest = min(values.min() ?? 0, 0)
        let span = highest > lowest ? highest - lowest : 1
        func x(_ index: Int) -> Double {
            Self.plot.left + 8
                + (Self.plot.right - Self.plot.left - 16) * Double(index) / Double(points.count - 1)
        }
        func y(_ value: Double) -> Double {
            Self.plot.bottom - (Self.plot.bottom - Self.plot.top) * (value - lowest) / span
        }
        var parts: [String] = []
        for value in [lowest, lowest + span / 2, lowest + span] {
            let place = Self.number(y(value))
            parts.append(
                "<line class=\"rule\" x1=\"\(Self.plot.left)\" x2=\"\(Self.plot.right)\" "
                    + "y1=\"\(place)\" y2=\"\(place)\"/>"
            )
            parts.append(
                "<text x=\"\(Self.number(Self.plot.left - 6))\" y=\"\(Self.number(y(value) + 4))\" "
                    + "text-anchor=\"end\">\(format(value))</text>"
            )
        }
        let course = points.indices.map { "\(Self.number(x($0))),\(Self.number(y(values[$0])))" }
        parts.append("<polyline class=\"course\" points=\"\(course.joined(separator: " "))\"/>")
        for (index, point) in points.enumerated() {
            let isLast = index == points.count - 1
            parts.append(
                "<circle class=\"dot\(isLast ? " now" : "")\" cx=\"\(Self.number(x(index)))\" "
                    + "cy=\"\(Self.number(y(point.value)))\" r=\"\(isLast ? 4.5 : 3)\">"
                    + "<title>\(point.time): \(format(point.value))</title></circle>"
            )
        }
        for (index, anchor) in [(0, "start"), (points.count - 1, "end")] {
            parts.append(
                "<text x=\"\(Self.number(anchor == "start" ? Self.plot.left : Self.plot.right))\" "
                    + "y=\"\(Self.number(Self.height - 10))\" text-anchor=\"\(anchor)\">"
                    + "\(points[index].time.prefix(10))</text>"
            )
        }
        return
            "<svg viewBox=\"0 0 \(Self.number(Self.width)) \(Self.number(Self.height))\" role=\"img\" "
            + "aria-labelledby=\"\(id)-title \(id)-desc\"><title id=\"\(id)-title\">\(title)</title>"
            + "<desc id=\"\(id)-desc\">\(description)</desc>"
            + parts.joined(separator: "\n") + "</svg>"
    }

    /// What the chart shows, for who can't see it.
    var description: String {
        let values = points.map(\.value)
        return
            "\(points.count) runs from \(points[0].time) to \(points[points.count - 1].time); lowest "
            + "\(format(values.min() ?? 0)), highest \(format(values.max() ?? 0)), last "
            + "\(format(values[values.count - 1]))."
    }

    private static func number(_ value: Double) -> String { GalleryText.trimmed(value, 2) }
}
