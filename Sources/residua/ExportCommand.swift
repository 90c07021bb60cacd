import ArgumentParser
import Reports

/// Writes a report in the form that another program reads.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a finished report as CSV, SARIF, JUnit XML or Prometheus metrics.",
        discussion: """
            csv: a row for each input (RFC 4180, UTF-8); text that a spreadsheet could take for a \
            formula has an apostrophe before it. sarif: flagged and unreadable inputs, with the \
            regions as rectangles of an attachment (SARIF 2.1.0). junit: a test case for each \
            input; flagged ones fail, unreadable ones are in error. prometheus: the run in \
            numbers, for node_exporter's textfile collector.
            """
    )

    @Argument(
        help: ArgumentHelp("The report folder of a finished run.", valueName: "folder"),
        completion: .directory
    )
    var report: String

    @Option(help: "The form.")
    var format: ExportFormat

    @Option(
        help: ArgumentHelp(
            "The file to write, all of it or nothing; standard output when not given.",
            valueName: "file"
        ),
        completion: .file()
    )
    var out: String?

    func run() throws {
        let export = try ReportExport(folder: report)
        if let out {
            try Learning.checkWritable(out)
            return try export.write(format, to: out)
        }
        do {
            try export.write(format) { piece in try Terminal.output(piece) }
        } catch is Terminal.ReaderLeftError {
            // Who reads has seen enough.
        }
    }
}

/// Other forms of a report that a run writes.
struct ExportArguments: ParsableArguments {
    @Option(
        name: .customLong("export"),
        help: ArgumentHelp(
            "Also write the report in this form, into its folder; can be given several times.",
            valueName: "format"
        )
    )
    var exports: [ExportFormat] = []

    @Option(
        help: ArgumentHelp(
            "Also write metrics for Prometheus to this file, for node_exporter's textfile collector; "
                + "also when the run can't go on.",
            valueName: "file"
        ),
        completion: .file(extensions: ["prom"])
    )
    var metricsFile: String?
}
