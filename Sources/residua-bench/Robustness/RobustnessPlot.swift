/// The curves of a table as SVG: a row of panels per question, a panel per corruption, a curve per contestant.
struct RobustnessPlot {
    let table: RobustnessTable

    private static let panel = (width: 190.0, height: 150.0)
    private static let gap = (column: 18.0, row: 64.0)
    private static let margin = (left: 52.0, top: 46.0, bottom: 34.0, right: 16.0)
    private static let lowest = 0.4
    /// Colours that differ in lightness too (Okabe, Ito 2008).
    private static let colours = ["#000000", "#e69f00", "#0072b2", "#d55e00", "#009e73"]

    /// The picture: the mean over sets and seeds of the image AUROC against the strength, 0 for clean pictures.
    var svg: String {
        let questions = Contestant.Question.allCases.filter { !table.names($0).isEmpty }
        let columns = Double(Corruption.allCases.count)
        let width =
            Self.margin.left + columns * Self.panel.width + (columns - 1) * Self.gap.column
            + Self.margin.right
        let height =
            Self.margin.top + Double(questions.count) * (Self.panel.height + Self.gap.row)
            + Self.margin.bottom - Self.gap.row
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Self.text(width)) "
                + "\(Self.text(height))\" font-family=\"sans-serif\" font-size=\"11\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
            "<title>Image AUROC against the strength of a corruption: "
                + "\(table.sets.joined(separator: ", "))</title>",
        ]
        for (row, question) in questions.enumerated() {
            let y = Self.margin.top + Double(row) * (Self.panel.height + Self.gap.row)
            lines += legend(question, y: y - 26)
            for (column, corruption) in Corruption.allCases.enumerated() {
                let x =
                    Self.margin.left + Double(column) * (Self.panel.width + Self.gap.column)
                lines += panel(question, corruption, x: x, y: y, hasScale: column == 0)
            }
        }
        return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private func legend(_ question: Contestant.Question, y: Double) -> [String] {
        var x = Self.margin.left
        return table.names(question).enumerated().flatMap { place, name in
            let start = x
            x += 34 + 7 * Double(name.count)
            return [
                line(start, y - 4, start + 18, y - 4, Self.colours[place % Self.colours.count], 2),
                label(name, start + 23, y, anchor: "start"),
            ]
        }
    }

    private func panel(
        _ question: Contestant.Question,
        _ corruption: Corruption,
        x: Double,
        y: Double,
        hasScale: Bool
    ) -> [String] {
        let (width, height) = Self.panel
        func place(_ strength: Int) -> Double {
            x + width * Double(strength) / Double(Corruption.strengths.upperBound)
        }
        func level(_ auroc: Double) -> Double {
            y + height * (1 - max(0, auroc - Self.lowest) / (1 - Self.lowest))
        }
        var lines = [label(corruption.rawValue, x + width / 2, y - 6, anchor: "middle")]
        for tenth in stride(from: 4, through: 10, by: 2) {
            let auroc = Double(tenth) / 10
            lines.append(line(x, level(auroc), x + width, level(auroc), "#cccccc", 1))
            if hasScale {
                lines.append(label(Self.text(auroc), x - 6, level(auroc) + 4, anchor: "end"))
            }
        }
        for strength in 0...Corruption.strengths.upperBound {
            lines.append(label("\(strength)", place(strength), y + height + 14, anchor: "middle"))
        }
        for (index, name) in table.names(question).enumerated() {
            let points = (0...Corruption.strengths.upperBound).compactMap { strength in
                table.mean(question, name) { row in
                    strength == 0
                        ? row.corruption == nil
                        : row.corruption == corruption && row.strength == strength
                }.map { "\(Self.text(place(strength))),\(Self.text(level($0)))" }
            }
            lines.append(
                "<polyline fill=\"none\" stroke=\"\(Self.colours[index % Self.colours.count])\" "
                    + "stroke-width=\"1.6\" points=\"\(points.joined(separator: " "))\"/>"
            )
        }
        return lines
    }

    private func line(
        _ x1: Double,
        _ y1: Double,
        _ x2: Double,
        _ y2: Double,
        _ colour: String,
        _ width: Double
    ) -> String {
        "<line x1=\"\(Self.text(x1))\" y1=\"\(Self.text(y1))\" x2=\"\(Self.text(x2))\" "
            + "y2=\"\(Self.text(y2))\" stroke=\"\(colour)\" stroke-width=\"\(Self.text(width))\"/>"
    }

    private func label(_ text: String, _ x: Double, _ y: Double, anchor: String) -> String {
        "<text x=\"\(Self.text(x))\" y=\"\(Self.text(y))\" text-anchor=\"\(anchor)\">\(text)</text>"
    }

    private static func text(_ value: Double) -> String { RobustnessTable.text(value, 1) }
}
