internal import Scoring

/// What was measured: a row for each contestant, corruption and strength of each set.
struct RobustnessTable {
    struct Row {
        let set: String
        let question: Contestant.Question
        let name: String
        let seed: UInt64
        /// Nil for clean pictures.
        let corruption: Corruption?
        let strength: Int
        let auroc: Double
        /// The share of normal pictures above the threshold; nil where there is none.
        let falseAlarms: Double?
        let density: Double
        let normal: Int
        let anomalous: Int
    }

    var rows: [Row] = []

    /// The rows as comma-separated values with a header.
    var csv: String {
        var text =
            "set,question,contestant,seed,corruption,strength,image_auroc,false_alarm_rate,"
            + "density,normal,anomalous\n"
        for row in rows {
            let cells = [
                row.set, "\(row.question)", row.name, "\(row.seed)",
                row.corruption?.rawValue ?? "none", "\(row.strength)", Self.text(row.auroc, 4),
                row.falseAlarms.map { Self.text($0, 4) } ?? "", Self.text(row.density, 4),
                "\(row.normal)", "\(row.anomalous)",
            ]
            text += cells.joined(separator: ",") + "\n"
        }
        return text
    }

    /// The sets, in the order in which they came.
    var sets: [String] { ordered(rows.map(\.set)) }

    /// The contestants of a question, in the order in which they came.
    func names(_ question: Contestant.Question) -> [String] {
        ordered(rows.filter { $0.question == question }.map(\.name))
    }

    /// The mean AUROC of one contestant over the rows that fulfil a condition, or nil when there are none.
    func mean(
        _ question: Contestant.Question,
        _ name: String,
        where condition: (Row) -> Bool
    ) -> Double? {
        let some = rows.filter { $0.question == question && $0.name == name && condition($0) }
        return some.isEmpty ? nil : Self.average(some.map(\.auroc))
    }

    /// Means over strengths and seeds, over all sets and for each, as Markdown.
    var markdown: String {
        var text = "# Robustness: image AUROC, mean over \(Corruption.strengths.count) strengths\n"
        for set in (sets.count > 1 ? [nil] : []) + sets.map(Optional.some) {
            text += "\n## \(set ?? "mean of all sets")\n"
            for question in Contestant.Question.allCases where !names(question).isEmpty {
                text += "\n" + section(question, set: set)
            }
        }
        return text
    }

    private func section(_ question: Contestant.Question, set: String?) -> String {
        var heads = ["\(question)", "clean"]
        heads += Corruption.allCases.map(\.rawValue)
        heads += [
            "all corrupted", "spread by seed", "false alarms clean / corrupted", "density",
        ]
        var text = "| " + heads.joined(separator: " | ") + " |\n|"
        text += String(repeating: "---|", count: heads.count) + "\n"
        for name in names(question) {
            let rows = rows.filter {
                $0.question == question && $0.name == name && (set == nil || $0.set == set)
            }
            let clean = rows.filter { $0.corruption == nil }
            let corrupted = rows.filter { $0.corruption != nil }
            var cells = [name, Self.mean(clean.map(\.auroc))]
            for corruption in Corruption.allCases {
                let some = corrupted.filter { $0.corruption == corruption }
                cells.append(Self.mean(some.map(\.auroc)))
            }
            cells.append(Self.mean(corrupted.map(\.auroc)))
            cells.append(Self.spread(corrupted))
            let alarms = [clean, corrupted].map { Self.mean($0.compactMap(\.falseAlarms)) }
            cells.append(alarms[0].isEmpty ? "" : alarms.joined(separator: " / "))
            cells.append(Self.mean(clean.map(\.density)))
            text += "| " + cells.joined(separator: " | ") + " |\n"
        }
        return text
    }

    /// The standard deviation over seeds of the mean AUROC, the mean over sets of it; empty for a single seed.
    private static func spread(_ rows: [Row]) -> String {
        var deviations: [Double] = []
        for set in Set(rows.map(\.set)).sorted() {
            let some = rows.filter { $0.set == set }
            let means = Set(some.map(\.seed)).sorted().map { seed in
                average(some.filter { $0.seed == seed }.map(\.auroc))
            }
            guard means.count > 1 else { return "" }
            let centre = average(means)
            let squares = means.map { ($0 - centre) * ($0 - centre) }
            deviations.append((squares.reduce(0, +) / Double(means.count - 1)).squareRoot())
        }
        return mean(deviations)
    }

    private static func average(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(max(1, values.count))
    }

    /// The mean as text; empty when there is nothing.
    private static func mean(_ values: [Double]) -> String {
        values.isEmpty ? "" : text(average(values), 3)
    }

    private func ordered(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    /// A number of at least 0 with so many digits after the point.
    static func text(_ value: Double, _ digits: Int) -> String {
        let unit = (0..<digits).reduce(1) { unit, _ in unit * 10 }
        let scaled = Int((value * Double(unit)).rounded())
        let fraction = String(scaled % unit)
        return "\(scaled / unit)."
            + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}
