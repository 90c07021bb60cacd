import ArgumentParser
import Foundation
import ModelFile
import Pipeline
import Reports

/// Joins what several machines have scanned.
struct MergeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Join the reports of shards, or files of records, into one report.",
        discussion: """
            The reports of scan --shard become one that equals the report of a scan of everything: \
            same images.jsonl, same flagged/. They have to be of the same model, folders, options \
            and number of shards, and all of them have to be there.

              residua scan pictures --shard 1/2 --model parts.residua --report part-1
              residua scan pictures --shard 2/2 --model parts.residua --report part-2
              residua merge part-1 part-2 --report all

            Files of records are what residua worker writes, with or without pictures, each sorted \
            by the bytes of the paths; they need --model.

              residua merge part-*.jsonl --model parts.residua --report all

            Memory does not grow with the number of records. The exit status is that of a scan.
            """
    )

    @Argument(
        help: ArgumentHelp("Report folders of shards, or files of records.", valueName: "path"),
        completion: .file()
    )
    var paths: [String]

    @Option(
        help: ArgumentHelp(
            "The report folder; an older report in it is replaced.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var report: String

    @Flag(help: "Join the shards that are there; run.json names the others.")
    var allowMissing = false

    @Option(
        help: ArgumentHelp("With files of records: the model that scored them.", valueName: "file"),
        completion: .file(extensions: ["residua"])
    )
    var model: String?

    @Option(
        help: ArgumentHelp(
            "With files of records: what run.json says was scanned.",
            valueName: "name"
        )
    )
    var root: String?

    @Option(
        help: ArgumentHelp(
            "With files of records: where worker --pictures-folder put the pictures.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var picturesFolder: String?

    @Option(
        help: "With files of records: the rate that they were scored with. (default: the model's)"
    )
    var falseAlarmRate: Double?

    @Flag(help: "Exit with status 1 when an image is flagged.")
    var failOnFlagged = false

    @OptionGroup var exporting: ExportArguments

    @Flag(name: .shortAndLong, help: "Print only what is flagged or failed.")
    var quiet = false

    @Option(help: "Log lines on standard error as text or json.")
    var logFormat: Terminal.LogFormat = .text

    func validate() throws {
        try residua.validate(falseAlarmRate: falseAlarmRate)
        // No fault of the command's words.
        guard gone == nil else { return }
        let folders = paths.filter { Self.isFolder($0) }
        if !folders.isEmpty, folders.count < paths.count {
            let file = paths.first { !Self.isFolder($0) } ?? ""
            throw ValidationError(
                "give folders or files, not both: \(folders[0]) is a folder and \(file) is none"
            )
        }
        if folders.isEmpty {
            if model == nil { throw ValidationError("files of records need --model") }
            if allowMissing { throw ValidationError("--allow-missing goes with report folders") }
        } else if model != nil || root != nil || falseAlarmRate != nil || picturesFolder != nil {
            throw ValidationError(
                "--model, --root, --pictures-folder and --false-alarm-rate go with files of records; "
                    + "reports know theirs"
            )
        }
    }

    /// The first of the paths that is not there.
    private var gone: String? {
        paths.first { !FileManager.default.fileExists(atPath: $0) }
    }

    func run() async throws {
        if let gone { throw RunError.unreadablePath(gone, reason: "it is not there") }
        let terminal = Terminal(isQuiet: quiet, format: logFormat)
        let summary = try await MetricsFile.keep(exporting.metricsFile) {
            try await Interruption.guarding { try merge(terminal) }
        }
        throw summary.map { ExitStatus(code: Int32($0.exitStatus)) } ?? .done
    }

    private func merge(_ terminal: Terminal) throws -> RunSummary {
        let failOnFlagged = failOnFlagged
        let options = MergeOptions(
            reportPath: report,
            exports: Set(exporting.exports),
            exitStatus: { ExitStatus.code($0, interrupted: false, failsOnFlagged: failOnFlagged) }
        )
        let summary: RunSummary
        if let model {
            let (stored, identity) = try StoredModel.load(model)
            summary = try RecordFilesMerge(
                paths,
                model: stored,
                identity: identity,
                root: root,
                falseAlarmRate: falseAlarmRate,
                picturesFolder: picturesFolder,
                options: options,
                version: Residua.version
            ) { terminal.show($0) }.run()
        } else {
            summary = try ShardMerge(
                paths,
                options: options,
                allowsMissing: allowMissing,
                version: Residua.version
            ) { terminal.show($0) }.run()
        }
        if let missing = summary.merged?.missing, !missing.isEmpty {
            terminal.warning(
                "\(missing.count) of \(summary.merged?.shards ?? 0) shards "
                    + "\(missing.count == 1 ? "is missing: its" : "are missing: their") inputs "
                    + "are not in the report"
            )
        }
        let counts = summary.counts
        terminal.summary(
            "\(counts.images) images: \(counts.ok) ok, \(counts.flagged) flagged, "
                + "\(counts.failed) failed"
        )
        terminal.summary("report: \(report)")
        return summary
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }
}
