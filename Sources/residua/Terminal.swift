import Foundation
import Logging
import Synchronization

/// What people see while the program runs: results on standard output, everything else on standard error.
final class Terminal: Sendable {
    /// The form of log lines.
    enum LogFormat: String, CaseIterable, Sendable {
        case text, json
    }

    private let isQuiet: Bool
    /// Whether a progress line is shown.
    let showsProgress: Bool
    private let logger: Logger
    private let line = Mutex((shown: "", drawn: ContinuousClock.now - .seconds(1)))

    init(isQuiet: Bool, format: LogFormat) {
        self.isQuiet = isQuiet
        showsProgress = !isQuiet && format == .text && isatty(STDERR_FILENO) == 1
        logger = Logger(label: "residua") { _ in
            LineLogHandler(format: format, logLevel: isQuiet ? .warning : .info)
        }
    }

    /// Prints a line of results.
    func result(_ text: String) {
        clearProgress()
        Self.write(text + "\n", to: STDOUT_FILENO)
    }

    /// Prints a line of results unless the user wants only what is flagged or failed.
    func summary(_ text: String) {
        if !isQuiet { result(text) }
    }

    /// Tells what is going on.
    func info(_ text: String, _ fields: [String: String] = [:]) {
        clearProgress()
        logger.info("\(text)", metadata: fields.mapValues { .string($0) })
    }

    /// Tells what the user should look at.
    func warning(_ text: String, _ fields: [String: String] = [:]) {
        clearProgress()
        logger.warning("\(text)", metadata: fields.mapValues { .string($0) })
    }

    /// Shows how far the work is, on a terminal only, at most ten times a second.
    func progress(_ text: @autoclosure () -> String) {
        guard showsProgress else { return }
        line.withLock { line in
            let now = ContinuousClock.now
            guard now - line.drawn >= .milliseconds(100) else { return }
            let shown = String(text().prefix(100))
            line = (shown, now)
            Self.write("\r\u{1B}[K" + shown, to: STDERR_FILENO)
        }
    }

    /// Takes the progress line away.
    func clearProgress() {
        guard showsProgress else { return }
        line.withLock { line in
            if line.shown.isEmpty { return }
            line.shown = ""
            Self.write("\r\u{1B}[K", to: STDERR_FILENO)
        }
    }

    /// Prints the one line that says why the program ends.
    static func printError(_ text: String) { write("residua: \(text)\n", to: STDERR_FILENO) }

    /// Writes whole text; a reader that went away ends nothing.
    fileprivate static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            if written <= 0 { return }
            bytes = bytes.dropFirst(written)
        }
    }
}

/// Log lines on standard error: plain text, or one JSON object per line.
private struct LineLogHandler: LogHandler {
    let format: Terminal.LogFormat
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        switch format {
        case .text:
            let prefix = event.level >= .warning ? "\(event.level): " : ""
            Terminal.write("\(prefix)\(event.message)\n", to: STDERR_FILENO)
        case .json:
            var object = all.mapValues { "\($0)" }
            object["level"] = event.level.rawValue
            object["message"] = "\(event.message)"
            object["time"] = Date().formatted(.iso8601)
            guard let line = try? JSONEncoder.lines.encode(object) else { return }
            Terminal.write(String(decoding: line, as: UTF8.self) + "\n", to: STDERR_FILENO)
        }
    }
}

extension JSONEncoder {
    fileprivate static var lines: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
