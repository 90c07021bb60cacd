internal import Files

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Prints measurements as lines of JSON as they come, or all of them as a table at the end.
struct MeasurementReport {
    private let asJSON: Bool
    private let path: String?
    private var lines: [String] = []
    private var sections: [(title: String, measurements: [Measurement])] = []
    /// The kept figures, each as first measured.
    private var figures: [KeyFigure: Measurement] = [:]

    /// Creates a report that is printed as JSON or as a table, and perhaps written to a file as JSON.
    init(asJSON: Bool, path: String?) {
        self.asJSON = asJSON
        self.path = path
    }

    mutating func add(_ measurements: [Measurement], under title: String) {
        if measurements.isEmpty { return }
        sections.append((title, measurements))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for var measurement in measurements {
            if let key = measurement.key, figures[key] == nil { figures[key] = measurement }
            measurement.name = "\(title): \(measurement.name)"
            // Doubles that are no numbers are the only thing that can't be encoded; there are none.
            guard let data = try? encoder.encode(measurement) else { continue }
            let line = String(decoding: data, as: UTF8.self)
            lines.append(line)
            if asJSON { print(line) }
        }
    }

    /// Prints the table unless lines of JSON were printed, and writes the file.
    ///
    /// - Throws: `FileError` when the file can't be written.
    func finish() throws {
        if !asJSON { printTable() }
        guard let path else { return }
        let text = lines.map { $0 + "\n" }.joined()
        try AtomicFile.write(Array(text.utf8), to: path, durability: .buffered)
    }

    private func printTable() {
        let kept = KeyFigure.allCases.compactMap { key in
            figures[key].map { measurement in
                var titled = measurement
                titled.name = key.title
                return titled
            }
        }
        let names = sections.flatMap { $0.measurements.map(\.name) } + sections.map(\.title)
        let width = names.map(\.count).max() ?? 0
        print(
            Self.left("", width) + Self.right("median", 11) + Self.right("best", 11)
                + "  unit        repetitions"
        )
        for section in sections {
            print(section.title)
            for measurement in section.measurements {
                var line = Self.line(measurement, width) + "\(measurement.repetitions)"
                if let share = measurement.share { line += Self.right(Self.text(share), 8) + " %" }
                print(line)
            }
        }
        if kept.isEmpty { return }
        print("key figures")
        for measurement in kept {
            var line = Self.line(measurement, width)
            if let goal = measurement.goal, let reaches = measurement.reachesGoal {
                let bound = measurement.better == .moreIsBetter ? "at least" : "at most"
                line += "\(bound) \(Self.text(goal)): \(reaches ? "yes" : "no")"
            }
            print(line)
        }
    }

    private static func line(_ measurement: Measurement, _ width: Int) -> String {
        left("  " + measurement.name, width) + right(text(measurement.median), 11)
            + right(text(measurement.best), 11) + "  " + left(measurement.unit, 10)
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width + 2 - text.count))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// The number with about four digits.
    private static func text(_ number: Double) -> String {
        let places = abs(number) >= 1000 ? 0 : abs(number) >= 100 ? 1 : abs(number) >= 10 ? 2 : 3
        let unit = [1, 10, 100, 1000][places]
        let scaled = Int((abs(number) * Double(unit)).rounded())
        let fraction = String(scaled % unit)
        return (number < 0 ? "-" : "") + "\(scaled / unit)"
            + (places == 0
                ? "" : "." + String(repeating: "0", count: places - fraction.count) + fraction)
    }
}
