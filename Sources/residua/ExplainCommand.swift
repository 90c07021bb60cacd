import ArgumentParser
import ModelFile
import Pipeline
import Reports

/// Shows why images get their scores.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Show why images get their scores: maps, reconstructions, strongest atoms.",
        discussion: """
            Writes pictures, index.html that shows them all, and explain.json; with more than one image, \
            or a folder of them, into a subfolder for each. The numbers are those of a scan.
            """
    )

    @Argument(
        help: "Image files; of folders all images, subfolders included.",
        completion: .file()
    )
    var paths: [String]

    @Option(
        help: ArgumentHelp("The model file.", valueName: "file"),
        completion: .file(extensions: ["residua"])
    )
    var model: String

    @Option(
        help: ArgumentHelp(
            "The folder to write to; files of the same names are replaced.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var out: String

    @Option(help: "The share of normal images that may be flagged. (default: the model's)")
    var falseAlarmRate: Double?

    @Flag(
        help: ArgumentHelp(
            "Also tell what the codes of each layer cost at the peak after each iteration of its "
                + "inference."
        )
    )
    var trace = false

    @OptionGroup var ingest: IngestArguments
    @OptionGroup var common: CommonOptions

    func validate() throws { try residua.validate(falseAlarmRate: falseAlarmRate) }

    func run() async throws {
        let terminal = common.makeTerminal()
        let (stored, identity) = try StoredModel.load(model)
        let run = ExplainRun(
            options: ExplainOptions(
                ingest: try ingest.options(roots: paths),
                folder: out,
                falseAlarmRate: falseAlarmRate,
                tracing: trace,
                jobs: common.jobCount,
                kernels: try common.chosenKernels()
            ),
            model: stored,
            identity: identity
        ) { event in
            switch event {
            case .failed(let failure): terminal.show(failure)
            case .explained(let record, let folder):
                terminal.summary(
                    "\(record.status.rawValue.padded(to: 8)) \(record.path.printable)  score "
                        + "\((record.score ?? 0).formatted(2)) (threshold "
                        + "\((record.threshold ?? 0).formatted(2)))  \(folder)/index.html"
                )
            }
        }
        let counts = try await Interruption.guarding { try await run.run() }
        throw counts.failed > 0 ? ExitStatus.inputsFailed : ExitStatus.done
    }
}
