public import ArgumentParser
public import Reports

extension ReportSchema.Document: ExpressibleByArgument {}

/// Prints the JSON Schema of the reports.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema (2020-12) of the reports.",
        discussion: """
            run is run.json, image a line of images.jsonl, flagged a flagged image's report.json, metrics what evaluate \
            writes, history what residua history --format json prints, worker a line of residua worker. Without a kind, the schema takes any of them. \
            Within a schema_version fields are added, never changed or removed.
            """
    )

    @Argument(help: "The kind of document.")
    var document: ReportSchema.Document?

    func run() throws {
        print(
            String(decoding: try ReportSchema.schema(of: document), as: UTF8.self),
            terminator: ""
        )
    }
}
