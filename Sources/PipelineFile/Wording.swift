extension String {
    /// The text with control characters escaped, so that a file can't write to the terminal.
    var escapingControls: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                text += scalar.escaped(asASCII: true)
            default:
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// The text in quotes as an error shows it: escaped and cut to a readable length.
    var quoted: String {
        let most = 60
        let cut = unicodeScalars.count > most
        let start = String(String.UnicodeScalarView(unicodeScalars.prefix(most)))
        return "\"\(start.escapingControls)\(cut ? "…" : "")\""
    }
}

/// Which of some names one that is not among them was likely meant to be.
enum Suggestion {
    /// The name with the fewest edits from `wrong`, if they are few for its length.
    ///
    /// Letter case, dashes and underscores don't count, so that `followLinks` finds `follow-links`.
    /// The first of equally near names is taken.
    static func nearest(to wrong: String, in names: [String]) -> String? {
        let start = plain(wrong)
        guard !start.isEmpty, start.count <= 100 else { return nil }
        var best: (name: String, distance: Int)?
        for name in names {
            let target = plain(name)
            let distance = editDistance(start, target)
            let longer = max(start.count, target.count)
            guard distance <= max(1, longer / 3), distance < longer else { continue }
            if distance < best?.distance ?? .max { best = (name, distance) }
        }
        return best?.name
    }

    /// What to add to an error about a name: the nearest one, and all.
    static func advice(for wrong: String, in names: [String]) -> String {
        if names.isEmpty { return "; no key is valid here" }
        guard let near = nearest(to: wrong, in: names) else {
            return "; valid here: \(names.listed)"
        }
        return "; did you mean \(near)? Valid here: \(names.listed)"
    }

    private static func plain(_ name: String) -> [Unicode.Scalar] {
        name.lowercased().unicodeScalars.filter { $0 != "-" && $0 != "_" && $0 != " " }
    }

    /// Insertions, removals, replacements and exchanges of neighbours that make one text another.
    ///
    /// > Source: the optimal string alignment distance (restricted Damerau-Levenshtein).
    static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var before = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    least = min(least, before[j - 1] + 1)
                }
                row.append(least)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
