import ArgumentParser
import Foundation
import ModelFile
import Pipeline
import PipelineFile
import Reports
import Tensors

/// Does everything that a pipeline file declares: what a scheduler calls.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Learn and scan as a pipeline file declares.",
        discussion: """
            The file says what is read, how the model is learned, where the report and the ledger \
            go. Relative paths start at its folder. Run it as often as you like: files that were \
            scanned are passed by, a run that was cut off is resumed, and a second run at the same \
            time ends with status 75.
            """
    )

    @Argument(
        help: ArgumentHelp("The pipeline file (YAML).", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var file: String

    @Flag(help: "Print the plan with all defaults and touch nothing.")
    var check = false

    @Flag(name: .shortAndLong, help: "Print only what is flagged or failed.")
    var quiet = false

    @Option(help: "Log lines on standard error as text, json or journal.")
    var logFormat: Terminal.LogFormat = .text

    func run() async throws {
        let declared = try PipelineDeclaration.read(
            path: file,
            environment: ProcessInfo.processInfo.environment
        )
        let kernels = try declared.chosenKernels()
        if check {
            print(declared.plan(), terminator: "")
            return
        }
        let terminal = Terminal(
            isQuiet: quiet,
            format: logFormat,
            logFile: try declared.run.logFile.map { try LogFile($0) }
        )
        do {
            let summary = try await MetricsFile.keep(declared.report?.metricsFile) {
                try await Interruption.guarding {
                    try await run(declared, kernels: kernels, terminal: terminal)
                }
            }
            let status = summary.map { ExitStatus(code: Int32($0.exitStatus)) } ?? .done
            if status != .done { throw status }
        } catch {
            if !(error is ExitStatus) { terminal.end(error) }
            throw error
        }
    }

    /// Learns and scans; nil where nothing is scanned.
    private func run(
        _ declared: PipelineDeclaration,
        kernels: Kernels,
        terminal: Terminal
    ) async throws -> RunSummary? {
        let session = try await LedgerSession(declared.ledgerOptions, command: "run")
        defer { session.end() }
        session.announce(on: terminal)
        let jobs = declared.run.jobs ?? ProcessInfo.processInfo.activeProcessorCount
        if let train = declared.train,
            let options = declared.trainingOptions(
                jobs: jobs,
                kernels: kernels,
                labels: train.usesLabels ? try session.labelledImages() : nil
            )
        {
            try await learn(declared, train, options, terminal: terminal)
        }
        guard declared.scans, let report = declared.report else { return nil }
        let failsOnFlagged = declared.run.failsOnFlagged
        var options = ScanOptions(
            ingest: declared.scanIngest,
            reportPath: report.path(at: Date()),
            falseAlarmRate: declared.falseAlarmRate,
            pictures: declared.pictureSelection,
            jobs: jobs,
            kernels: kernels,
            exitStatus: { ExitStatus.code($0, interrupted: $1, failsOnFlagged: failsOnFlagged) }
        )
        options.exports = Set(report.exports.map(ExportFormat.init))
        try options.ingest.requireRoots()
        return try await Scanning.run(
            options,
            model: declared.model,
            session: session,
            terminal: terminal
        )
    }

    /// Learns the model where the file says so.
    private func learn(
        _ declared: PipelineDeclaration,
        _ train: PipelineDeclaration.Train,
        _ options: TrainingOptions,
        terminal: Terminal
    ) async throws {
        let isThere = FileManager.default.fileExists(atPath: declared.model)
        let card = isThere ? try StoredModel.load(declared.model).0.card : nil
        switch try await TrainingOccasion(train.when, options: options, card: card) {
        case .notNeeded: return
        case .missing: terminal.info("there is no model yet: learning one")
        case .always: terminal.info("learning the model anew")
        case .changed(let what): terminal.info("learning the model anew: \(what) changed")
        }
        try options.ingest.requireRoots()
        try Learning.checkWritable(declared.model)
        let learned = try await Learning.run(options, terminal: terminal)
        try learned.model.write(to: declared.model)
        terminal.summary("model: \(declared.model)")
    }
}

extension PipelineDeclaration {
    /// The kernels that the file names, if this machine has them.
    func chosenKernels() throws -> Kernels {
        guard let name = run.kernels else { return Kernels.best.computing(in: run.precision) }
        guard let kernels = Kernels.named(name) else {
            throw RunError.unusableConfiguration(
                "\(file): run.kernels: this machine has no \(name), only "
                    + Kernels.available.map(\.name).joined(separator: ", ")
            )
        }
        return kernels.computing(in: run.precision)
    }
}

extension ExportFormat {
    /// The form that a pipeline file names.
    init(_ export: PipelineDeclaration.Report.Export) {
        self =
            switch export {
            case .csv: .csv
            case .sarif: .sarif
            case .junit: .junit
            case .prometheus: .prometheus
            }
    }
}

extension PipelineDeclaration.Report {
    /// The report folder of a run that starts at a time.
    ///
    /// A folder of its own for each run's news is never written twice: a second one of the same time gets a number.
    func path(at date: Date) -> String {
        let path = folder.path(at: date)
        guard records == .new, !folder.isConstant else { return path }
        return ([path] + (2...1000).lazy.map { "\(path)-\($0)" })
            .first { !FileManager.default.fileExists(atPath: "\($0)/run.json") } ?? path
    }
}

extension PathTemplate {
    /// The path for a run that starts at a time of this machine's time zone.
    func path(at date: Date) -> String {
        let parts = Calendar(identifier: .gregorian).dateComponents(
            [.year, .month, .day, .hour, .minute, .second],
            from: date
        )
        return path(
            date: String(
                format: "%04d-%02d-%02d",
                parts.year ?? 0,
                parts.month ?? 0,
                parts.day ?? 0
            ),
            time: String(
                format: "%02d%02d%02d",
                parts.hour ?? 0,
                parts.minute ?? 0,
                parts.second ?? 0
            )
        )
    }
}
