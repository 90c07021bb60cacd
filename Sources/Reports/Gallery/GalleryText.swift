internal import Scoring

/// Words and numbers for people.
enum GalleryText {
    /// A name with everything visible that could hide in it or turn the text around it.
    static func visible(_ name: String) -> String {
        var result = ""
        for scalar in name.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
                result += scalar.escaped(asASCII: true)
            // Joiners shape letters of some scripts; other format characters are not to be seen.
            case .format where scalar.value != 0x200C && scalar.value != 0x200D:
                result += scalar.escaped(asASCII: true)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The folder and the file name of a path; the folder is empty where there is none.
    static func parts(of path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
        return (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
    }

    /// What a p-value means.
    ///
    /// - Parameters:
    ///   - pValue: The share of good images expected to score as high.
    ///   - normals: The number of held-out good images that it was found from.
    /// - Returns: A sentence without its full stop.
    static func pValue(_ pValue: Double, normals: Int) -> String {
        guard pValue > 0, pValue <= 0.5 else { return "as many good images score this high" }
        let one = "1 in \(count(Int((1 / pValue + 1e-6).rounded(.down))))"
        // With n good images the smallest p-value is 1 / (n + 1): none of them scored as high.
        if normals > 0, pValue * Double(normals + 1) < 1.5 {
            return "fewer than \(one) good images score this high"
        }
        return "about \(one) good images score this high"
    }

    /// A rate as one in so many.
    static func rate(_ rate: Double) -> String {
        guard rate > 0, rate.isFinite else { return "none" }
        if rate >= 1 { return "all" }
        let number = 1 / rate
        return "1 in \(number < 10 ? trimmed(number, 1) : count(Int(number.rounded())))"
    }

    /// A share as percent, with more digits where it is small.
    static func percent(_ share: Double) -> String {
        let percent = 100 * share
        let digits = percent >= 10 || percent == 0 ? 0 : percent >= 1 ? 1 : 2
        return "\(trimmed(percent, digits))\u{A0}%"
    }

    /// A count with its thousands apart.
    static func count(_ value: Int) -> String {
        let digits = Array("\(value.magnitude)")
        guard digits.count > 4 else { return "\(value)" }
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "\u{2009}" }
            text.append(digit)
        }
        return text
    }

    /// A count and what is counted.
    static func count(_ value: Int, _ one: String, _ many: String) -> String {
        "\(count(value)) \(value == 1 ? one : many)"
    }

    /// A number with at most so many digits after the point, without zeros at the end.
    static func trimmed(_ value: Double, _ digits: Int) -> String {
        var text = OfflinePage.number(value, digits)
        guard text.contains(".") else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// A duration.
    static func duration(_ seconds: Double) -> String {
        guard seconds >= 0, seconds < 1e9 else { return "\(seconds) s" }
        if seconds < 10 { return "\(trimmed(seconds, 1)) s" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    /// A time as ISO 8601 has it, taken apart for people: `2026-01-02 03:04:05 UTC`.
    static func time(_ iso8601: String) -> String {
        iso8601.replacing("T", with: " ").replacing("Z", with: " UTC")
    }
}
