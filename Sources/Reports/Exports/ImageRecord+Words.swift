internal import Scoring

extension ImageRecord {
    /// The region with the highest peak, the first of equal ones.
    var strongestRegion: Region? {
        guard let regions, var strongest = regions.first else { return nil }
        for region in regions.dropFirst() where region.peak > strongest.peak { strongest = region }
        return strongest
    }

    /// A scored image's score in words.
    var verdictSummary: String {
        let count = regions?.count ?? 0
        return "score \(Self.text(score)), threshold \(Self.text(threshold)), "
            + "\(count) \(count == 1 ? "region" : "regions")"
    }

    private static func text(_ value: Float?) -> String {
        value.map { "\(($0 * 1000).rounded() / 1000)" } ?? "unknown"
    }
}

extension Region {
    /// The region in words.
    var summary: String {
        "region at x \(box.x), y \(box.y), \(box.width) x \(box.height) pixels: area \(area), "
            + "peak \((peak * 1000).rounded() / 1000)"
    }
}
