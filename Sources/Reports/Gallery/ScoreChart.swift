internal import Scoring

/// The scores of a run beside those of the held-out normal images, as SVG without style: the page's style has the colours.
struct ScoreChart {
    private let histogram: ScoreHistogram
    private let threshold: Float

    private static let width = 640.0
    private static let height = 236.0
    private static let plot = (left: 66.0, right: 632.0, top: 22.0, bottom: 180.0)
    /// A bin with a single image stays visible beside thousands.
    private static let leastHeight = 2.0

    init?(_ histogram: ScoreHistogram, threshold: Float) {
        let bins = histogram.edges.count - 1
        guard bins > 0, histogram.images.count == bins, histogram.normals.count == bins,
            zip(histogram.edges, histogram.edges.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.histogram = histogram
        self.threshold = threshold
    }

    /// What the chart shows, for who can't see it.
    var description: String {
        let images = histogram.images.reduce(0, +)
        let normals = histogram.normals.reduce(0, +)
        let above = GalleryText.count(total(histogram.images), "image scores", "images score")
        return
            "\(GalleryText.count(images, "image", "images")) of this report as bars and "
            + "\(GalleryText.count(normals, "held-out normal image", "held-out normal images")) "
            + "as an outline, by score. \(above) above the threshold of "
            + "\(OfflinePage.number(threshold)), and "
            + "\(GalleryText.count(total(histogram.normals))) of the normal images."
    }

    /// The number of images in the bins above the threshold.
    private func total(_ counts: [Int]) -> Int {
        zip(histogram.edges, counts).reduce(0) {
            $1.0 >= threshold ? $0 + $1.1 : $0
        }
    }

    /// The SVG element; all text in it is the chart's own.
    var svg: String {
        let images = shares(of: histogram.images)
        let normals = shares(of: histogram.normals)
        let top = Self.ceiling(of: (images + normals).max() ?? 0)
        var parts: [String] = []
        for step in 0...Self.steps {
            let share = top * Double(step) / Double(Self.steps)
            let y = Self.y(share / top)
            parts.append(
                "<line class=\"rule\" x1=\"\(Self.plot.left)\" x2=\"\(Self.plot.right)\" "
                    + "y1=\"\(y)\" y2=\"\(y)\"/>"
            )
            parts.append(
                Self.text(
                    GalleryText.percent(share),
                    x: Self.plot.left - 6,
                    y: y + 4,
                    anchor: "end"
                )
            )
        }
        parts += bars(images, top: top)
        parts.append("<path class=\"normals\" d=\"\(outline(normals, top: top))\"/>")
        parts += axis
        return
            "<svg viewBox=\"0 0 \(Self.format(Self.width)) \(Self.format(Self.height))\" role=\"img\" "
            + "aria-labelledby=\"scores-title scores-desc\">"
            + "<title id=\"scores-title\">Histogram of the scores</title>"
            + "<desc id=\"scores-desc\">\(description)</desc>"
            + parts.joined(separator: "\n") + "</svg>"
    }

    private func bars(_ images: [Double], top: Double) -> [String] {
        images.indices.compactMap { bin in
            guard histogram.images[bin] > 0 else { return nil }
            let (low, high) = (histogram.edges[bin], histogram.edges[bin + 1])
            let (left, right) = (x(ofEdge: bin), x(ofEdge: bin + 1))
            let y = min(Self.y(images[bin] / top), Self.plot.bottom - Self.leastHeight)
            let title =
                "score \(OfflinePage.number(low)) to \(OfflinePage.number(high)): "
                + "\(GalleryText.count(histogram.images[bin], "image", "images")), "
                + "\(GalleryText.count(histogram.normals[bin])) of the normal images"
            return
                "<rect class=\"\(low >= threshold ? "above" : "below")\" "
                + "x=\"\(Self.format(left + 0.5))\" y=\"\(Self.format(y))\" "
                + "width=\"\(Self.format(right - left - 1))\" "
                + "height=\"\(Self.format(Self.plot.bottom - y))\"><title>\(title)</title></rect>"
        }
    }

    private func outline(_ normals: [Double], top: Double) -> String {
        var path = "M\(Self.format(x(ofEdge: 0))) \(Self.format(Self.plot.bottom))"
        for (bin, share) in normals.enumerated() {
            path += "V\(Self.format(Self.y(share / top)))H\(Self.format(x(ofEdge: bin + 1)))"
        }
        return path + "V\(Self.format(Self.plot.bottom))"
    }

    /// The axis of the scores, and the threshold.
    private var axis: [String] {
        let bottom = Self.format(Self.plot.bottom)
        var parts = [
            "<line class=\"axis\" x1=\"\(Self.plot.left)\" x2=\"\(Self.plot.right)\" "
                + "y1=\"\(bottom)\" y2=\"\(bottom)\"/>"
        ]
        for tick in ticks {
            let x = x(of: tick.score)
            parts.append(
                "<line class=\"axis\" x1=\"\(Self.format(x))\" x2=\"\(Self.format(x))\" "
                    + "y1=\"\(bottom)\" y2=\"\(Self.format(Self.plot.bottom + 5))\"/>"
            )
            parts.append(
                Self.text(tick.label, x: x, y: Self.plot.bottom + 22, anchor: "middle")
            )
        }
        if threshold >= histogram.edges[0], threshold <= histogram.edges[bins] {
            let x = x(of: threshold)
            parts.append(
                "<line class=\"threshold\" x1=\"\(Self.format(x))\" x2=\"\(Self.format(x))\" "
                    + "y1=\"\(Self.format(Self.plot.top - 8))\" y2=\"\(bottom)\"/>"
            )
            parts.append(
                Self.text(
                    "threshold \(OfflinePage.number(threshold))",
                    x: x + 6,
                    y: Self.plot.top,
                    anchor: "start",
                    kind: "mark"
                )
            )
        }
        parts.append(
            Self.text(
                threshold > 0 ? "score, in multiples of the threshold" : "score",
                x: (Self.plot.left + Self.plot.right) / 2,
                y: Self.height - 8,
                anchor: "middle"
            )
        )
        return parts
    }

    private struct Tick {
        let score: Float
        let label: String
    }

    private var ticks: [Tick] {
        let (first, last) = (histogram.edges[0], histogram.edges[bins])
        if threshold > 0 {
            // The bin of all that is beyond has no scale.
            let regular = isOpen ? histogram.edges[bins - 1] : last
            var ticks = [0, 0.5, 1, 1.5, 2, 2.5, 3].compactMap { (multiple: Float) -> Tick? in
                let score = multiple * threshold
                guard score >= first, score <= regular * (isOpen ? 0.9999 : 1.0001) else {
                    return nil
                }
                return Tick(
                    score: min(score, regular),
                    label: GalleryText.trimmed(Double(multiple), 1)
                )
            }
            if isOpen {
                ticks.append(
                    Tick(
                        score: (regular + last) / 2,
                        label: "over \(GalleryText.trimmed(Double(regular / threshold), 1))"
                    )
                )
            }
            return ticks
        }
        return (0...4).map {
            let score = first + (last - first) * Float($0) / 4
            return Tick(score: score, label: OfflinePage.number(score))
        }
    }

    private var bins: Int { histogram.images.count }

    /// Whether the last bin holds what is beyond the regular ones.
    private var isOpen: Bool {
        guard bins >= 3 else { return false }
        let (edges, last) = (histogram.edges, bins)
        let usual = edges[last - 1] - edges[last - 2]
        return abs((edges[last] - edges[last - 1]) - usual) > 0.01 * usual
    }

    /// Bins are equally wide, but for the last one where that holds all beyond.
    private func x(ofEdge index: Int) -> Double {
        if index == bins { return Self.plot.right }
        let unit = (Self.plot.right - Self.plot.left) / Double(bins + (isOpen ? 2 : 0))
        return Self.plot.left + unit * Double(index)
    }

    private func x(of score: Float) -> Double {
        let edges = histogram.edges
        let bin = min((edges.firstIndex { $0 > score } ?? bins) - 1, bins - 1)
        guard bin >= 0 else { return Self.plot.left }
        let share = Double((score - edges[bin]) / (edges[bin + 1] - edges[bin]))
        let (left, right) = (x(ofEdge: bin), x(ofEdge: bin + 1))
        return left + (right - left) * min(max(share, 0), 1)
    }

    private func shares(of counts: [Int]) -> [Double] {
        let total = counts.reduce(0, +)
        return counts.map { total == 0 ? 0 : Double($0) / Double(total) }
    }

    private static let steps = 4

    /// The end of the axis of shares: a round number that all fit under.
    private static func ceiling(of share: Double) -> Double {
        for limit in [0.02, 0.04, 0.08, 0.12, 0.16, 0.2, 0.4, 0.6, 0.8] where share <= limit {
            return limit
        }
        return 1
    }

    private static func y(_ share: Double) -> Double {
        plot.bottom - (plot.bottom - plot.top) * share
    }

    private static func format(_ value: Double) -> String { GalleryText.trimmed(value, 2) }

    private static func text(
        _ text: String,
        x: Double,
        y: Double,
        anchor: String,
        kind: String = "label"
    ) -> String {
        "<text class=\"\(kind)\" x=\"\(format(x))\" y=\"\(format(y))\" text-anchor=\"\(anchor)\">"
            + "\(text)</text>"
    }
}
