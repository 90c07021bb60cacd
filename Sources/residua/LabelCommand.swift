import ArgumentParser
import Foundation
import Pipeline
import PipelineFile
import Reports
import RunLedger

/// Keeps what people say of flagged images.
struct LabelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "label",
        abstract: "Say of flagged images that they are false alarms, or that they are defective.",
        discussion: """
            An image is named by its folder in flagged/, by its path, or by the first digits of its \
            SHA-256. Labels go by content: a file that is moved keeps its label. They may be given \
            while a scan is running.

              residua label bracket-0042-1f3a8c21 false-alarm --ledger state/ledger.sqlite
              residua label --list --ledger state/ledger.sqlite

            `residua train --use-labels` learns from them, and reports say how many of the flagged \
            images were right.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "Images, and last what they are: false-alarm or confirmed.",
            valueName: "image> ... <label"
        )
    )
    var words: [String] = []

    @Option(help: ArgumentHelp("The ledger of the scan.", valueName: "file"))
    var ledger: String?

    @Option(help: ArgumentHelp("Take the ledger of this pipeline file.", valueName: "file"))
    var pipeline: String?

    @Option(help: "Why; kept with the label.")
    var note: String?

    @Flag(help: "Take the labels of these images away.")
    var clear = false

    @Flag(help: "List all labels.")
    var list = false

    @Option(help: "With --list: text or json.")
    var format = LedgerFormat.text

    func validate() throws {
        if (ledger == nil) == (pipeline == nil) {
            throw ValidationError("give either --ledger or --pipeline")
        }
        if list {
            if !words.isEmpty || clear || note != nil {
                throw ValidationError("--list takes no images, --clear or --note")
            }
            return
        }
        if format != .text { throw ValidationError("--format needs --list") }
        if clear {
            if words.isEmpty { throw ValidationError("--clear needs the images") }
            if note != nil { throw ValidationError("--clear takes no --note") }
            return
        }
        guard let last = words.last, ImageLabel(rawValue: last) != nil else {
            let names = ImageLabel.allCases.map(\.rawValue).joined(separator: " or ")
            throw ValidationError("the last word must be \(names): residua label <image> \(names)")
        }
        if words.count < 2 { throw ValidationError("name an image before the label") }
    }

    func run() throws {
        let path = try ledgerPath()
        if list {
            let ledger = try Ledger.open(path, for: .reading)
            let labels = try ledger.labels()
            switch format {
            case .json: try LabelList(labels).printJSON()
            case .text: LabelList(labels).printTable()
            }
            return
        }
        let ledger = try Ledger.open(path, for: .editing)
        let lookup = InputLookup(
            in: ledger,
            from: Array(FileManager.default.currentDirectoryPath.utf8)
        )
        // All are found before any is labelled.
        if clear {
            let rows = try words.map { try lookup.image($0, ledger: path) }
            let contents = Set(rows.compactMap(\.sha256))
            let removed = try ledger.removeLabels(of: contents)
            print("\(removed) labels were taken away")
        } else if let label = words.last.flatMap(ImageLabel.init(rawValue:)) {
            let now = Date()
            let entries = try words.dropLast().map { word in
                let row = try lookup.image(word, ledger: path)
                return try ledger.entry(row, as: label, at: now, note: note, named: word)
            }
            try ledger.store(entries)
            for entry in entries { print("\(label.rawValue.padded(to: 12)) \(entry.shown)") }
        }
        if let text = LabelCounts(try ledger.labelCounts())?.text { print(text) }
    }

    private func ledgerPath() throws -> String {
        if let ledger { return ledger }
        return try PipelineDeclaration.read(
            path: pipeline ?? "",
            environment: ProcessInfo.processInfo.environment
        ).ledger
    }
}

/// An image can't be labelled.
enum LabelError: Error, CustomStringConvertible {
    case unknown(String, nearest: [LedgerRow], ledger: String)
    case ambiguous(String, [LedgerRow])
    case notScored(LedgerRow)
    case notFlagged(LedgerRow)

    var description: String {
        switch self {
        case .unknown(let name, let nearest, let ledger):
            let first = "\(ledger.printable) knows no image \(name.printable)"
            if nearest.isEmpty {
                return "\(first); see: residua ledger list \(ledger.printable) --status flagged"
            }
            return "\(first); nearest:\n" + Self.list(nearest)
        case .ambiguous(let name, let rows):
            return "\(name.printable) may be any of these images; give more of the path, or the "
                + "digits of one:\n" + Self.list(rows)
        case .notScored(let row):
            return "\(row.shown) could not be scored: there is nothing to say of it"
        case .notFlagged(let row):
            return "\(row.shown) was not flagged: it is no false alarm"
        }
    }

    private static func list(_ rows: [LedgerRow]) -> String {
        rows.map { "  \($0.shown)" }.joined(separator: "\n")
    }
}

extension InputLookup {
    /// The one scored image of a name.
    fileprivate func image(_ name: String, ledger: String) throws -> LedgerRow {
        switch try find(name) {
        case .one(let row):
            guard row.sha256 != nil, row.outcome != .failed else { throw LabelError.notScored(row) }
            return row
        case .several(let rows): throw LabelError.ambiguous(name, rows)
        case .none(let nearest):
            throw LabelError.unknown(name, nearest: nearest, ledger: ledger)
        }
    }
}

extension Ledger {
    /// The label of an input; one that was flagged when it was labelled before stays a flagged one.
    fileprivate func entry(
        _ row: LedgerRow,
        as label: ImageLabel,
        at date: Date,
        note: String?,
        named name: String
    ) throws -> LabelEntry {
        guard let sha256 = row.sha256,
            let entry = LabelEntry(row, as: label, at: date, note: note)
        else { throw LabelError.notScored(row) }
        if row.outcome == .flagged { return entry }
        if var known = try self.label(of: sha256), known.outcome == .flagged {
            (known.label, known.labelledAt, known.note) = (label, date, note)
            return known
        }
        if label == .falseAlarm { throw LabelError.notFlagged(row) }
        return entry
    }
}

extension LedgerRow {
    /// The image for a person: the digits that name it, its folder of pictures, and where it is.
    var shown: String {
        let digits = sha256.map { "\($0)".prefix(12) } ?? "-           "
        return "\(digits)  \(flaggedIdentifier ?? outcome.rawValue)  \(key.description.printable)"
    }
}

extension LabelEntry {
    /// The image for a person.
    var shown: String {
        "\("\(sha256)".prefix(12))  \(flaggedIdentifier ?? outcome.rawValue)  "
            + key.description.printable
    }
}

extension LabelCounts {
    /// One line for a person.
    var text: String {
        let alarms = falseAlarms == 1 ? "1 false alarm" : "\(falseAlarms) false alarms"
        return "labelled so far: \(confirmed) confirmed, \(alarms) "
            + "(precision \(precision.formatted(2)))"
    }
}
