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

    @Argument(help: "Folders or files; subfolders are included.")
    var paths: [String]

    @Option(help: ArgumentHelp("The model file.", valueName: "file"))
    var model: String

    @Option(
        help: ArgumentHelp(
            "The report folder; an older report in it is replaced.",
            valueName: "folder"
        )
    )
    var report: String

    @Option(help: "The share of normal images that may be flagged. (default: the model's)")
    var falseAlarmRate: Double?

    @Flag(help: "Exit with status 1 when an image is flagged.")
    var failOnFlagged = false

    @OptionGroup var ingest: IngestArguments
    @OptionGroup var common: CommonOptions

    func validate() throws { try residua.validate(falseAlarmRate: falseAlarmRate) }

    func run() async throws {
        let terminal = common.makeTerminal()
        let (stored, identity) = try StoredModel.load(model)
        let failOnFlagged = failOnFlagged
        let options = ScanOptions(
            ingest: try ingest.options(roots: paths),
            reportPath: report,
            falseAlarmRate: falseAlarmRate,
            jobs: common.jobCount,
            kernels: try common.chosenKernels(),
            exitStatus: { counts, interrupted in
                let status = ExitStatus(counts: counts, failsOnFlagged: failOnFlagged)
                return Int((interrupted ? Interruption.status ?? .interrupted : status).code)
            }
        )
        let progress = ScanProgress()
        // The walk is lazy; how much there is in all is found out beside the work, for the time left.
        let total = terminal.showsProgress ? InputCount(options.ingest) : nil
        let run = ScanRun(
            options: options,
            model: stored,
            identity: identity,
            version: Residua.version
        ) { record in
            progress.add(flagged: record.status == .flagged, failed: record.status == .failed)
            terminal.show(record)
            terminal.progress(progress.text(total: total?.value))
        }
        let summary = try await Interruption.guarding { try await run.run() }
        terminal.clearProgress()
        // No news: training said so, and run.json says it each time.
        if !summary.calibration.sufficient, !common.quiet {
            terminal.warning(
                "the model's \(summary.calibration.normals) normal images can't hold a false-alarm "
                    + "rate of \(summary.falseAlarmRate); expect about "
                    + summary.calibration.guaranteedRate.formatted(3)
            )
        }
        terminal.summary(
            """
            \(summary.counts.images) images: \(summary.counts.ok) ok, \(summary.counts.flagged) \
            flagged, \(summary.counts.failed) failed; \(summary.imagesPerSecond.formatted(1)) images/s
            report: \(report)
            """
        )
        throw ExitStatus(code: Int32(summary.exitStatus))
    }
}

extension StoredModel {
    /// Reads a model and names it for reports.
    static func load(_ path: String) throws -> (StoredModel, ModelIdentity) {
        let (model, sha256) = try readNaming(path)
        return (
            model,
            ModelIdentity(
                path: path,
                sha256: sha256,
                createdWith: model.card.createdWith,
                seed: model.card.seed,
                trainingImages: model.card.training.images
            )
        )
    }
}

extension StoredModel {
    /// Reads a model; an error names the file also where it is about the content.
    static func readNaming(_ path: String) throws -> (model: StoredModel, sha256: String) {
        do {
            return try StoredModel.read(path)
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
                    + "(threshold \((record.threshold ?? 0).formatted(2)))"
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
        result("failed   \(path.printable)  \(stage)/\(code): \(detail.printable)")
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
