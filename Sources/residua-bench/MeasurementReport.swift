#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Prints measurements as lines of JSON as they come, or all of them as a table at the end.
struct MeasurementReport {
    private let asJSON: Bool
    private var sections: [(title: String, measurements: [Measurement])] = []

    init(asJSON: Bool) { self.asJSON = asJSON }

    mutating func add(_ measurements: [Measurement], under title: String) {
        guard asJSON else {
            sections.append((title, measurements))
            return
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for var measurement in measurements {
            measurement.name = "\(title): \(measurement.name)"
            // Doubles that are no numbers are the only thing that can't be encoded; there are none.
            guard let line = try? encoder.encode(measurement) else { continue }
            print(String(decoding: line, as: UTF8.self))
        }
    }

    /// Prints the table; prints nothing where lines of JSON were printed.
    func finish() {
        if asJSON { return }
        let names = sections.flatMap { $0.measurements.map(\.name) } + sections.map(\.title)
        let width = names.map(\.count).max() ?? 0
        print(
            Self.left("", width) + Self.right("median", 11) + Self.right("best", 11)
                + "  unit        repetitions"
        )
        for section in sections {
            print(section.title)
            for measurement in section.measurements {
                print(
                    Self.left("  " + measurement.name, width)
                        + Self.right(Self.text(measurement.median), 11)
                        + Self.right(Self.text(measurement.best), 11)
                        + "  " + Self.left(measurement.unit, 12) + "\(measurement.repetitions)"
                )
            }
        }
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
