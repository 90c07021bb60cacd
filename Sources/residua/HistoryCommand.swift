import ArgumentParser
import Foundation
import Pipeline
import Reports
import RunLedger

/// Shows how runs went over time.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show how runs went over time: counts, scores, share of flagged images."
    )

    @Argument(help: ArgumentHelp("The ledger.", valueName: "file"))
    var ledger: String

    @Option(help: "The most runs, newest ones.")
    var last = 30

    @Option(
        help: ArgumentHelp(
            "Only runs that began then or later: 2026-11-23, or 2026-11-23T08:00:00Z.",
            valueName: "date"
        ),
        transform: { text in
            guard let date = Self.date(text) else {
                throw ValidationError("want a date such as 2026-11-23 or 2026-11-23T08:00:00Z")
            }
            return date
        }
    )
    var since: Date?

    @Option(help: "Text, or one JSON document.")
    var format = LedgerFormat.text

    func validate() throws {
        if last < 1 { throw ValidationError("--last must be at least 1, found \(last)") }
    }

    func run() throws {
        let history = try RunHistory(
            of: Ledger.open(ledger, for: .reading),
            last: last,
            since: since
        )
        switch format {
        case .json:
            let bytes = try ReportJSON.document(history, what: "history")
            print(String(decoding: bytes, as: UTF8.self), terminator: "")
        case .text:
            let table = HistoryTable(
                history,
                drawsBlocks: HistoryTable.isUTF8(ProcessInfo.processInfo.environment)
            )
            print(table.text)
        }
    }

    /// Reads a day, which begins at midnight in universal time, or a time.
    private static func date(_ text: String) -> Date? {
        (try? Date(text, strategy: .iso8601))
            ?? (try? Date(text, strategy: .iso8601.year().month().day()))
    }
}
