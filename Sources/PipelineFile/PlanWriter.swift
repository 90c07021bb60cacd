/// Writes keys with their values as YAML that reads back as the same declaration.
struct PlanWriter {
    private(set) var lines: [String] = []
    private let given: Set<String>

    init(given: Set<String>) { self.given = given }

    /// A key with its value; one that the file does not give is marked as a default.
    mutating func add(_ path: String, _ value: String) {
        write(path, ": " + value, isComment: false)
    }

    /// A key that stands for something by not being given: a comment that says what.
    mutating func addAbsent(_ path: String, _ meaning: String) {
        write(path, ": " + meaning, isComment: true)
    }

    /// A key with a list of one item on each line.
    mutating func add(_ path: String, list: [String]) {
        guard !list.isEmpty else { return add(path, "[]") }
        write(path, ":", isComment: false)
        let indent = Self.indent(path) + "  "
        lines += list.map { "\(indent)- \($0)" }
    }

    /// A section; its keys follow.
    mutating func open(_ path: String) { lines.append(Self.indent(path) + Self.name(path) + ":") }

    private mutating func write(_ path: String, _ rest: String, isComment: Bool) {
        let mark = given.contains(path) ? "" : "  # default"
        lines.append(
            Self.indent(path) + (isComment ? "# " : "") + Self.name(path) + rest
                + (isComment ? "" : mark)
        )
    }

    private static func indent(_ path: String) -> String {
        String(repeating: "  ", count: path.utf8.count { $0 == UInt8(ascii: ".") })
    }

    private static func name(_ path: String) -> String {
        path.split(separator: ".").last.map(String.init) ?? path
    }

    /// A text as a YAML value: quoted where it would read as something else, dollars doubled.
    static func text(_ text: String) -> String {
        let text = text.replacing("$", with: "$$")
        let isPlain =
            text.unicodeScalars.first.map { $0.properties.isAlphabetic || $0 == "/" } ?? false
        let isSafe = text.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || "/._-+=@%,${}".unicodeScalars.contains(scalar)
        }
        if isPlain, isSafe, !["true", "false", "null", "Null", "NULL"].contains(text) {
            return text
        }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            default:
                if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    quoted += "\\x" + (digits.count < 2 ? "0" : "") + digits
                } else if [0x2028, 0x2029, 0xFEFF].contains(scalar.value) {
                    quoted += "\\u" + String(scalar.value, radix: 16, uppercase: true)
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }
}
