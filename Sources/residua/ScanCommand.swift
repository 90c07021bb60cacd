import ArgumentParser
import ModelFile
import Pipeline
import Reports

/// Scores images and writes a report.
struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Score images and write a report of those that stand out."
    )

    @Argument(help: "Folders or files; subfolders are included.", completion: .file())
    var paths: [String]

    @Option(
        help: ArgumentHelp("The model file.", valueName: "file"),
        completion: .file(extensions: ["residua"])
    )
    var model: String

    @Option(
        help: ArgumentHelp(
            "The report folder; an older report in it is replaced.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var report: String

    @Option(help: "The share of normal images that may be flagged. (default: the model's)")
    var falseAlarmRate: Double?

    @Flag(help: "Exit with status 1 when an image is flagged.")
    var failOnFlagged = false

    @Option(
        help: ArgumentHelp(
            "Scan only part i of n, told by a hash of each path; residua merge joins the reports.",
            valueName: "i/n"
        ),
        transform: Shard.argument
    )
    var shard: Shard?

    @Option(
        help: ArgumentHelp(
            "Which pictures flagged images get: all, essential (what the report's page needs) or none.",
            valueName: "which"
        )
    )
    var pictures = PictureSelection.all

    @OptionGroup var exporting: ExportArguments
    @OptionGroup(title: "Ledger") var remembering: LedgerArguments
    @OptionGroup var ingest: IngestArguments
    @OptionGroup var common: CommonOptions

    func validate() throws { try residua.validate(falseAlarmRate: falseAlarmRate) }

    func run() async throws {
        let terminal = common.makeTerminal()
        let summary = try await MetricsFile.keep(exporting.metricsFile) {
            try await scan(terminal)
        }
        throw summary.map { ExitStatus(code: Int32($0.exitStatus)) } ?? .done
    }

    private func scan(_ terminal: Terminal) async throws -> RunSummary {
        let failOnFlagged = failOnFlagged
        var options = ScanOptions(
            ingest: try ingest.options(roots: paths),
            reportPath: report,
            falseAlarmRate: falseAlarmRate,
            pictures: pictures,
            jobs: common.jobCount,
            kernels: try common.chosenKernels(),
            exitStatus: { ExitStatus.code($0, interrupted: $1, failsOnFlagged: failOnFlagged) }
        )
        options.exports = Set(exporting.exports)
        options.shard = shard
        let (model, ledger, chosen) = (model, remembering.options, options)
        return try await Interruption.guarding {
            var session: LedgerSession?
            if let ledger {
                session = try await LedgerSession(ledger, command: "scan")
                session?.announce(on: terminal)
            }
            defer { session?.end() }
            return try await Scanning.run(
                chosen,
                model: model,
                session: session,
                terminal: terminal
            )
        }
    }
}

/// What a scan remembers.
struct LedgerArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("A file that keeps what was scanned.", valueName: "file"),
        completion: .file()
    )
    var ledger: String?

    @Flag(help: "With --ledger: pass by files that have not changed since an earlier scan.")
    var onlyNew = false

    @Flag(help: "With --only-new: try again what could not be decoded.")
    var retryFailed = false

    @Option(
        help: ArgumentHelp(
            "With --ledger: leave files younger than this for the next run.",
            valueName: "seconds"
        )
    )
    var settle = 0.0

    @Option(
        help: ArgumentHelp(
            "With --ledger: how long to wait for another run to end.",
            valueName: "seconds"
        )
    )
    var wait = 0.0

    func validate() throws {
        if ledger == nil, onlyNew || retryFailed || settle != 0 || wait != 0 {
            throw ValidationError("--only-new, --retry-failed, --settle and --wait need --ledger")
        }
        if retryFailed, !onlyNew { throw ValidationError("--retry-failed needs --only-new") }
        for (name, value) in [("settle", settle), ("wait", wait)]
        where !(value >= 0 && value <= 1e8) {
            throw ValidationError("--\(name) must be in 0...100000000, found \(value)")
        }
    }

    var options: LedgerOptions? {
        ledger.map {
            LedgerOptions(
                path: $0,
                onlyNew: onlyNew,
                retriesFailed: retryFailed,
                settle: .seconds(settle),
                wait: .seconds(wait)
            )
        }
    }
}

extension StoredModel {
    /// Reads a model and names it for reports.
    static func load(_ path: String) throws -> (StoredModel, ModelIdentity) {
        let (model, identity) = try open(naming: path)
        return (model, try identity())
    }

    /// Reads a model whose digest is taken meanwhile.
    ///
    /// - Returns: The model, and what waits for its name for reports; it throws where the file is damaged.
    static func open(
        naming path: String
    ) throws -> (model: StoredModel, identity: @Sendable () throws -> ModelIdentity) {
        let (model, seal) = try naming(path) { () throws(ModelFileError) in try open(path) }
        return (
            model,
            {
                ModelIdentity(
                    path: path,
                    sha256: try naming(path) { () throws(ModelFileError) in try seal.sha256() },
                    createdWith: model.card.createdWith,
                    seed: model.card.seed,
                    trainingImages: model.card.training.images
                )
            }
        )
    }

    /// Reads of a model; an error names the file also where it is about the content.
    private static func naming<Result>(
        _ path: String,
        _ read: () throws(ModelFileError) -> Result
    ) throws -> Result {
        do {
            return try read()
        } catch {
            if case .file = error { throw error }
            throw RunError.unusableModel(path, reason: error.description)
        }
    }
}

extension Terminal {
    /// Prints a record that the user should see.
    func show(_ record: ImageRecord) {
        switch record.status {
        case .ok: break
        case .flagged:
            result(
                "flagged  \(record.path.printable)  score \((record.score ?? 0).formatted(2)) "
                    + "(threshold \((record.threshold ?? 0).formatted(2)))",
                marked: .flagged
            )
        case .failed:
            let failure = record.failure
            showFailure(
                record.path,
                stage: failure?.stage ?? "",
                code: failure?.code ?? "",
                detail: failure?.detail ?? ""
            )
        }
    }

    /// Prints an input that could not be read.
    func show(_ failure: ItemFailure) {
        showFailure(
            failure.path,
            stage: failure.stage.rawValue,
            code: failure.code.rawValue,
            detail: failure.detail
        )
    }

    private func showFailure(_ path: String, stage: String, code: String, detail: String) {
        result(
            "failed   \(path.printable)  \(stage)/\(code): \(detail.printable)",
            marked: .failed
        )
    }
}

extension String {
    /// The text with control characters escaped, so that a file name can't write to the terminal.
    var printable: String {
        unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control
                ? scalar.escaped(asASCII: true) : String(scalar)
        }.joined()
    }
}
