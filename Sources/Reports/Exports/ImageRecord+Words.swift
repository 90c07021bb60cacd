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

extension String {
    /// The text without characters that steer a terminal; lines and tabs stay.
    var withoutTerminalControls: String {
        guard unicodeScalars.contains(where: Self.steersTerminal) else { return self }
        var result = UnicodeScalarView()
        for scalar in unicodeScalars {
            result.append(Self.steersTerminal(scalar) ? "\u{FFFD}" : scalar)
        }
        return String(result)
    }

    private static func steersTerminal(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\t", "\n", "\r": false
        case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": true
        default: false
        }
    }
}

extension Region {
    /// The region in words.
    var summary: String {
        "region at x \(box.x), y \(box.y), \(box.width) x \(box.height) pixels: area \(area), "
            + "peak \((peak * 1000).rounded() / 1000)"
    }
}
