import Foundation

/// What a terminal can show.
enum Screen {
    /// Ends a colour.
    static let plain = "\u{1B}[0m"

    /// Whether the terminal can write over a line that stands there.
    static var canRewrite: Bool {
        guard let kind = variable("TERM") else { return false }
        return kind != "dumb"
    }

    /// Whether to write in colours: on a terminal that has them and a user who wants them (no-color.org).
    static func hasColours(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && canRewrite && variable("NO_COLOR") == nil
    }

    /// How many characters a line of the terminal holds.
    static func columns(_ descriptor: Int32) -> Int {
        var size = winsize()
        let found = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
        let wanted = variable("COLUMNS").flatMap { Int($0) } ?? 0
        // A variable may be older than the window: the narrower of the two never wraps.
        return [found, wanted].filter { $0 > 0 }.min() ?? 80
    }

    /// The parts of a text, which commas divide, that fit into so many columns.
    static func fitting(_ text: String, columns: Int) -> String {
        var text = text
        while text.count > columns, let comma = text.range(of: ", ", options: .backwards) {
            text = String(text[..<comma.lowerBound])
        }
        return String(text.prefix(max(0, columns)))
    }

    /// A variable of the environment that is not empty.
    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
