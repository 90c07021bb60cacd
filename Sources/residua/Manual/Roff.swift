/// Writes a page in the `man` macros of roff.
struct Roff {
    /// The page so far.
    private(set) var text = ""

    mutating func title(_ name: String, section: Int, source: String) {
        text += ".TH \(name) \(section) \"\" \"\(Self.escaped(source))\" \"User Commands\"\n"
        // No hyphenation, no justification: options are to be copied.
        text += ".nh\n.ad l\n"
    }

    mutating func heading(_ name: String) { text += ".SH \(Self.escaped(name))\n" }

    mutating func subheading(_ name: String) { text += ".SS \(Self.escaped(name))\n" }

    /// A command line; parts to be replaced are in italics, others bold.
    mutating func synopsis(_ parts: [(text: String, isReplaced: Bool)]) {
        startParagraph()
        let line = parts.map { "\\f\($0.isReplaced ? "I" : "B")\(Self.escaped($0.text))\\fR" }
        text += "\(line.joined(separator: " "))\n"
    }

    mutating func paragraph(_ words: String) {
        if words.isEmpty { return }
        startParagraph()
        text += "\(Self.filled(words))\n"
    }

    /// A heading starts one itself.
    private mutating func startParagraph() {
        if !isAfterHeading { text += ".PP\n" }
    }

    private var isAfterHeading: Bool {
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"))
        return lines.last.map { $0.starts(with: ".S".utf8) } ?? false
    }

    /// Paragraphs that empty lines divide; those that are indented are examples.
    mutating func text(_ words: String) {
        for part in words.split(separator: "\n\n") {
            let lines = part.split(separator: "\n", omittingEmptySubsequences: false)
            guard lines.allSatisfy({ $0.hasPrefix("  ") }) else {
                paragraph(lines.joined(separator: " "))
                continue
            }
            startParagraph()
            text += ".RS 4\n.nf\n"
            for line in lines { text += Self.line(String(line.dropFirst(2))) + "\n" }
            text += ".fi\n.RE\n"
        }
    }

    /// A term and what it means.
    mutating func item(_ term: String, _ meaning: String) {
        text += ".TP\n\\fB\(Self.escaped(term))\\fR\n\(Self.filled(meaning))\n"
    }

    /// An option, or an argument where there are no names.
    mutating func option(_ names: [String]?, value: String?, _ meaning: String) {
        let bold = (names ?? []).map { "\\fB\(Self.escaped($0))\\fR" }.joined(separator: ", ")
        let italic = value.map { "\\fI\(Self.escaped($0))\\fR" }
        let term = [bold.isEmpty ? nil : bold, italic].compactMap(\.self).joined(separator: " ")
        text += ".TP\n\(term)\n\(Self.filled(meaning))\n"
    }

    /// Text in lines that are not too long for who reads the source.
    private static func filled(_ words: String) -> String {
        var lines: [String] = []
        var current = ""
        for word in words.split(separator: " ") {
            if !current.isEmpty, current.count + word.count > 70 {
                lines.append(line(current))
                current = ""
            }
            current += (current.isEmpty ? "" : " ") + word
        }
        return (lines + [line(current)]).joined(separator: "\n")
    }

    /// A line of text: one that begins with a dot or apostrophe would be a command.
    private static func line(_ words: String) -> String {
        let words = escaped(words)
        return words.hasPrefix(".") || words.hasPrefix("'") ? "\\&" + words : words
    }

    private static func escaped(_ words: String) -> String {
        words.replacing("\\", with: "\\e").replacing("-", with: "\\-")
            .replacing("\"", with: "\\(dq").replacing("'", with: "\\(aq")
            .replacing("`", with: "\\(ga").replacing("~", with: "\\(ti")
            .replacing("^", with: "\\(ha").replacing("\n", with: " ")
    }
}
