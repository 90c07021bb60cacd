public import ArgumentParser
import Foundation
public import RunLedger

/// What runs remember: looks into a ledger and tidies it up.
struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Look into what runs remember, and tidy it up.",
        subcommands: [
            LedgerListCommand.self, LedgerExplainCommand.self, LedgerRunsCommand.self,
            LedgerPruneCommand.self, LedgerCheckCommand.self,
        ]
    )
}

/// The form of what a ledger command prints.
enum LedgerFormat: String, CaseIterable, Sendable, ExpressibleByArgument {
    case text, json
}

/// Lists inputs.
struct LedgerListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the inputs that a ledger knows."
    )

    @Argument(help: ArgumentHelp("The ledger.", valueName: "file"), completion: .file())
    var ledger: String

    @Option(help: "Only ok, flagged or failed ones; may be repeated.")
    var status: [InputOutcome] = []

    @Option(
        help: ArgumentHelp(
            "Only paths like this; * stands for anything, slashes too.",
            valueName: "pattern"
        )
    )
    var path: String?

    @Option(help: "The most inputs.")
    var limit = Int.max

    @Option(help: "Text, or the records as JSON lines.")
    var format = LedgerFormat.text

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1, found \(limit)") }
    }

    func run() throws {
        let ledger = try Ledger.open(ledger, for: .reading)
        let filter = RowFilter(
            outcomes: status.isEmpty ? Set(InputOutcome.allCases) : Set(status),
            path: path.map { .glob($0) }
        )
        let labels = Dictionary(
            try ledger.labels().map { ($0.sha256, $0.label) },
            uniquingKeysWith: { first, _ in first }
        )
        var rows = ledger.rows(matching: filter, limit: limit)
        while let row = try rows.next() {
            switch format {
            case .json: print(String(decoding: row.record, as: UTF8.self), terminator: "")
            case .text: print(row.line(label: row.sha256.flatMap { labels[$0] }))
            }
        }
    }
}

/// Tells all about one input.
struct LedgerExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell what a ledger knows of an input, and what the next run makes of it."
    )

    @Argument(help: ArgumentHelp("The ledger.", valueName: "file"), completion: .file())
    var ledger: String

    @Argument(help: "The end of the input's path.")
    var path: String

    func run() throws {
        let ledger = try Ledger.open(ledger, for: .reading)
        let wanted = path.utf8
        var rows = ledger.rows(matching: RowFilter(path: .containing(Array(wanted))))
        var found = 0
        while let row = try rows.next() {
            guard row.key.path.count >= wanted.count,
                row.key.path.suffix(wanted.count).elementsEqual(wanted)
            else { continue }
            found += 1
            if found > 1 { print("") }
            print(row.explanation(label: try row.sha256.flatMap { try ledger.label(of: $0) }))
        }
        guard found > 0 else {
            throw LedgerLookupError(path: path, ledger: ledger.path)
        }
    }
}

/// Nothing in the ledger has the wanted path.
struct LedgerLookupError: Error, CustomStringConvertible {
    let path: String
    let ledger: String

    var description: String {
        "\(ledger) knows no input whose path ends in \(path.printable); the next run will look at it"
    }
}

/// Lists runs.
struct LedgerRunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List the runs, newest first."
    )

    @Argument(help: ArgumentHelp("The ledger.", valueName: "file"), completion: .file())
    var ledger: String

    @Option(help: "The most runs.")
    var limit = 20

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1, found \(limit)") }
    }

    func run() throws {
        print(
            "run      began                 ended                 ok flagged failed same later exit"
        )
        for run in try Ledger.open(ledger, for: .reading).runs(limit: limit) {
            print(run.line)
        }
    }
}

/// Forgets what is gone.
struct LedgerPruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Forget inputs whose files are gone, and old runs."
    )

    @Argument(help: ArgumentHelp("The ledger.", valueName: "file"), completion: .file())
    var ledger: String

    @Option(help: ArgumentHelp("Forget runs that began so long ago.", valueName: "days"))
    var runsOlderThan: Int?

    @Flag(help: "Only say what would be forgotten.")
    var dryRun = false

    func validate() throws {
        if let days = runsOlderThan, !(0...1_000_000).contains(days) {
            throw ValidationError("--runs-older-than must be in 0...1000000, found \(days)")
        }
    }

    func run() async throws {
        let file = ledger
        let days = runsOlderThan
        let dryRun = dryRun
        let holder = LockHolder(
            host: ProcessInfo.processInfo.hostName,
            processIdentifier: ProcessInfo.processInfo.processIdentifier,
            startedAt: Date(),
            command: "ledger prune"
        )
        // A ledger that is not there must not be made, nor a damaged one be set aside, to be pruned.
        try Ledger.open(file, for: .reading).close()
        let lock = try RunLock.acquire(RunLock.path(forLedger: file), as: holder)
        defer { lock.release() }
        let ledger = try Ledger.open(file)
        var gone: [InputKey] = []
        var rows = ledger.rows()
        while let row = try rows.next() {
            if !row.key.isThere { gone.append(row.key) }
        }
        if dryRun {
            for key in gone { print("gone     \(key.description.printable)") }
            print("\(gone.count) inputs whose files are gone would be forgotten")
            return
        }
        let removed = try ledger.remove(gone)
        var text = "\(removed) inputs whose files are gone were forgotten"
        if let days {
            let limit = Date().addingTimeInterval(-86_400 * Double(days))
            text += ", and \(try ledger.removeRuns(startedBefore: limit)) runs"
        }
        try ledger.compact()
        print(text)
    }
}

/// Looks for damage.
struct LedgerCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look for damage in all of a ledger; exit status 2 where there is some."
    )

    @Argument(help: ArgumentHelp("The ledger.", valueName: "file"), completion: .file())
    var ledger: String

    func run() throws {
        let ledger = try Ledger.open(ledger, for: .reading)
        try ledger.check()
        let counts = try ledger.counts()
        print(
            "no damage; \(counts.inputs) inputs: \(counts.ok) ok, \(counts.flagged) flagged, "
                + "\(counts.failed) failed"
        )
    }
}

extension InputOutcome: ExpressibleByArgument {}

extension InputKey {
    /// Whether a file stands at the path, or the system can't tell.
    var isThere: Bool {
        var path = root + [UInt8(ascii: "/")] + self.path + [0]
        return path.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return access(start.assumingMemoryBound(to: CChar.self), F_OK) == 0
                || (errno != ENOENT && errno != ENOTDIR)
        }
    }
}

extension LedgerRow {
    /// One line for a person, with what people said of the image.
    func line(label: ImageLabel?) -> String {
        let score = score?.formatted(2) ?? "-"
        let path = String(decoding: key.path, as: UTF8.self).printable
        return "\(outcome.rawValue.padded(to: 8)) \(score.padded(to: 8, left: true))  \(path)"
            + (label.map { "  [\($0.rawValue)]" } ?? "")
    }

    /// All that is known, for a person.
    func explanation(label: LabelEntry?) -> String {
        var lines = [
            "input      \(key.description.printable)",
            "outcome    \(outcome.rawValue)" + (score.map { ", score \($0.formatted(3))" } ?? ""),
            "scored     \(scoredAt.formatted(.iso8601))" + (run.map { " in run \($0)" } ?? ""),
            "model      \(provenance.model)",
        ]
        if let flaggedIdentifier { lines.append("folder     flagged/\(flaggedIdentifier)") }
        if let sha256 { lines.append("content    sha256 \(sha256)") }
        if let label {
            lines.append(
                "label      \(label.label.rawValue), given \(label.labelledAt.formatted(.iso8601))"
                    + (label.note.map { ": \($0.printable)" } ?? "")
            )
        }
        if let stamp {
            let time = Date(timeIntervalSince1970: Double(stamp.modificationTime) / 1e9)
            lines.append("file       \(stamp.size) bytes, changed \(time.formatted(.iso8601))")
        } else {
            lines.append("file       size and time are not known; its content will be compared")
        }
        lines.append(
            key.isThere
                ? "next run   passes it by while size, time, model and settings stay the same"
                    + (outcome == .failed ? ", unless it could not even be read" : "")
                : "next run   will not find it: the file is gone (residua ledger prune)"
        )
        return lines.joined(separator: "\n")
    }
}

extension RunEntry {
    /// One line for a person.
    var line: String {
        let began = start.startedAt.formatted(.iso8601)
        var line = "\(identifier)".padded(to: 9) + began.padded(to: 22)
        guard let end else {
            return line + "not ended (process \(start.processIdentifier) on \(start.host))"
        }
        line += end.finishedAt.formatted(.iso8601)
        let counts = end.counts
        for (number, width) in [
            (counts.ok, 7), (counts.flagged, 8), (counts.failed, 7), (counts.unchanged, 5),
            (counts.postponed, 6), (end.exitStatus, 5),
        ] {
            line += "\(number)".padded(to: width, left: true)
        }
        return line
    }
}
