import ArgumentParser
import Reports

/// Makes the page of a report anew.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make the page of a report anew, from its JSON.",
        discussion: """
            Writes index.html into the report's folder, as each scan does at its end. The page of a \
            report without run.json, whose run is still going on or was stopped, shows what there is.
            """
    )

    @Argument(help: ArgumentHelp("The report folder of a scan.", valueName: "folder"))
    var folder: String

    func run() throws { print(try Gallery.write(reportAt: folder)) }
}
