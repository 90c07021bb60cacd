/// Reads and writes numbers with units.
enum Quantities {
    /// Factors of sizes, largest first, so that a number is written with the largest that fits.
    private static let byteUnits = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("G", 1_000_000_000),
        ("M", 1_000_000), ("k", 1000),
    ]
    private static let countUnits = [("G", 1_000_000_000), ("M", 1_000_000), ("k", 1000)]

    /// The units of a duration with their lengths in milliseconds, longest first.
    private static let timeUnits = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// A number of bytes such as `4096`, `64KiB` or `2M`, or nil.
    static func bytes(_ text: String) -> Int? { number(text, units: byteUnits) }

    /// A number such as `200`, `65k` or `200M`, or nil.
    static func count(_ text: String) -> Int? { number(text, units: countUnits) }

    /// A number of bytes as it is read back.
    static func text(bytes: Int) -> String { text(bytes, units: Array(byteUnits.prefix(3))) }

    /// A number as it is read back.
    static func text(count: Int) -> String { text(count, units: countUnits) }

    /// A duration such as `500ms`, `10s`, `1.5h` or `7d`, or nil; only nought needs no unit.
    static func duration(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        let unit = text[number.endIndex...].drop { $0 == " " }
        guard let factor = timeUnits.first(where: { $0.0 == unit })?.1,
            let milliseconds = decimal(number, times: factor)
        else { return nil }
        return .milliseconds(milliseconds)
    }

    /// A duration as it is read back.
    static func text(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        guard milliseconds != 0 else { return "0s" }
        let unit = timeUnits.first { milliseconds % $0.1 == 0 } ?? ("ms", 1)
        return "\(milliseconds / unit.1)\(unit.0)"
    }

    private static func number(_ text: String, units: [(String, Int)]) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text[digits.endIndex...].drop { $0 == " " }
        guard let value = Int(digits) else { return nil }
        if unit.isEmpty { return digits.endIndex == text.endIndex ? value : nil }
        guard let factor = units.first(where: { $0.0 == unit })?.1 else { return nil }
        let product = value.multipliedReportingOverflow(by: factor)
        return product.overflow ? nil : product.partialValue
    }

    private static func text(_ value: Int, units: [(String, Int)]) -> String {
        guard value > 0, let unit = units.first(where: { value % $0.1 == 0 }) else {
            return "\(value)"
        }
        return "\(value / unit.1)\(unit.0)"
    }

    /// A decimal number times a factor, if that is whole and fits.
    private static func decimal(_ text: Substring, times factor: Int) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.count <= 9 })
        else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard let digits = Int(parts[0] + fraction) else { return nil }
        let product = digits.multipliedReportingOverflow(by: factor)
        let scale = fraction.reduce(1) { scale, _ in scale * 10 }
        guard !product.overflow, product.partialValue % scale == 0 else { return nil }
        return product.partialValue / scale
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
