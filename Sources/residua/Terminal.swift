import Foundation
import Logging
import Pipeline
import Synchronization

/// What people see while the program runs: results on standard output, everything else on standard error.
final class Terminal: Sendable {
    /// The form of log lines on standard error.
    enum LogFormat: String, CaseIterable, Sendable {
        /// Plain text; with the level in front where the journal reads it.
        case text
        /// One object a line.
        case json
        /// Text with the level in front, as systemd's journal takes it.
        case journal
    }

    /// What the first word of a result is coloured as.
    enum Mark: String, Sendable {
        case flagged = "\u{1B}[33m"
        case failed = "\u{1B}[31m"
    }

    private let isQuiet: Bool
    /// Whether a progress line is shown.
    let showsProgress: Bool
    private let logger: Logger
    private let line = Mutex((shown: "", drawn: ContinuousClock.now - .seconds(1)))
    private let logFile: LogFile?

    init(isQuiet: Bool, format: LogFormat, logFile: LogFile? = nil) {
        let format = format == .text && Self.isReadByJournal ? .journal : format
        self.isQuiet = isQuiet
        self.logFile = logFile
        showsProgress =
            !isQuiet && format == .text && isatty(STDERR_FILENO) == 1 && Screen.canRewrite
        logger = Logger(label: "residua") { _ in
            LineLogHandler(
                format: format,
                shown: isQuiet ? .warning : .info,
                file: logFile,
                logLevel: logFile == nil && isQuiet ? .warning : .info
            )
        }
    }

    /// Whether standard error goes to systemd's journal, which says so by the file's numbers.
    private static var isReadByJournal: Bool {
        guard let stream = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] else {
            return false
        }
        var status = stat()
        return fstat(STDERR_FILENO, &status) == 0 && stream == "\(status.st_dev):\(status.st_ino)"
    }

    /// Prints a line of results; on a terminal the first word of a marked one has its colour.
    func result(_ text: String, marked mark: Mark? = nil) {
        clearProgress()
        var shown = text
        if let mark, Screen.hasColours(STDOUT_FILENO) {
            let word = text.prefix { $0 != " " }
            shown = "\(mark.rawValue)\(word)\(Screen.plain)\(text.dropFirst(word.count))"
        }
        Self.write(shown + "\n", to: STDOUT_FILENO)
        logFile?.append(level: .notice, message: text)
    }

    /// Prints a line of results unless the user wants only what is flagged or failed.
    func summary(_ text: String) {
        if !isQuiet {
            result(text)
        } else {
            logFile?.append(level: .notice, message: text)
        }
    }

    /// Keeps the line that says why the program ends; it is printed by whoever ends it.
    func end(_ error: any Error) {
        clearProgress()
        logFile?.append(level: .error, message: "\(error)")
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
            let shown = Screen.fitting(text(), columns: Screen.columns(STDERR_FILENO) - 1)
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

    /// Who read standard output is gone.
    struct ReaderLeftError: Error {}

    /// Writes all of some bytes to standard output.
    ///
    /// - Throws: ``ReaderLeftError``; `RunError` when the system refuses for another reason.
    static func output(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes {
                Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if written < 0 && errno == EINTR { continue }
            if written < 0 && errno == EAGAIN {
                // Shared with a reader that does not want to wait.
                var wanted = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wanted, 1, -1)
                continue
            }
            if written < 0 && errno == EPIPE { throw ReaderLeftError() }
            if written <= 0 {
                throw RunError.unwritablePath(
                    "standard output",
                    reason: String(cString: strerror(errno))
                )
            }
            rest = rest.dropFirst(written)
        }
    }

    /// Writes whole text; a reader that went away ends nothing.
    fileprivate static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if written < 0 && errno == EINTR { continue }
            if written <= 0 { return }
            bytes = bytes.dropFirst(written)
        }
    }
}

/// Log lines on standard error: plain text, or one JSON object per line; and in a file.
private struct LineLogHandler: LogHandler {
    let format: Terminal.LogFormat
    /// The lowest level on standard error.
    let shown: Logger.Level
    let file: LogFile?
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        file?.append(level: event.level, message: "\(event.message)")
        guard event.level >= shown else { return }
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        switch format {
        case .text:
            var prefix = ""
            if event.level >= .warning {
                prefix =
                    Screen.hasColours(STDERR_FILENO)
                    ? "\(Terminal.Mark.flagged.rawValue)\(event.level):\(Screen.plain) "
                    : "\(event.level): "
            }
            Terminal.write("\(prefix)\(event.message)\n", to: STDERR_FILENO)
        case .journal:
            let prefix = "<\(event.level.syslogNumber)>"
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

extension Logger.Level {
    /// The level's number in syslog and the journal (RFC 5424).
    var syslogNumber: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
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
