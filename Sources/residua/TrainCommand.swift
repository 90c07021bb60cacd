import ArgumentParser
import Foundation
import ModelFile
import Patches
import Pipeline
import RunLedger
import Scoring
import Tensors

/// Options of everything that learns a model.
struct LearningOptions: ParsableArguments {
    @Option(help: "The share of normal images that may be flagged.")
    var falseAlarmRate = 0.01

    @Option(help: "Makes the result reproducible.")
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "A declaration of encoders, layers and detectors (JSON, as under \"configuration\" in "
                + "`residua inspect --format json`); the built-in one when not given.",
            valueName: "file"
        ),
        completion: .file(extensions: ["json"])
    )
    var configuration: String?

    @Option(
        help: ArgumentHelp(
            "How much work goes into it: quick learns detectors only; standard also measures how "
                + "to fuse them on painted defects, and learns a read-out; thorough also trains a "
                + "network on painted defects."
        )
    )
    var effort = TrainingEffort.standard

    @Option(
        help: ArgumentHelp("Images that show defects, to learn from as well.", valueName: "folder"),
        completion: .directory
    )
    var anomalous: String?

    @Option(
        help: ArgumentHelp(
            "With --anomalous: masks of the defects, <name>_mask.png or <name>.png at the images' "
                + "paths; looked for in ground_truth beside the images' folder when not given.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var anomalousMasks: String?

    @Option(
        help: ArgumentHelp(
            "With --effort thorough: the time that training networks may take; a fixed number of "
                + "steps when not given. The model then depends on the machine's speed.",
            valueName: "minutes"
        )
    )
    var timeBudget: Double?

    @Option(
        help: ArgumentHelp(
            "Divide images into square tiles of so many pixels, each judged as an image of its own, "
                + "so that small defects of large images are not scaled away; images are judged "
                + "whole when not given.",
            valueName: "pixels"
        )
    )
    var tileSide: Int?

    @Option(
        help: ArgumentHelp(
            "With --tile-side: the pixels that neighbouring tiles share, best twice the size of the "
                + "defects. (default: an eighth of the side)",
            valueName: "pixels"
        )
    )
    var tileOverlap: Int?

    func validate() throws {
        if tileSide == nil, tileOverlap != nil {
            throw ValidationError("--tile-overlap needs --tile-side")
        }
        if let problem = tiling?.problem { throw ValidationError(problem) }
        try residua.validate(falseAlarmRate: falseAlarmRate)
        if let timeBudget {
            if effort != .thorough {
                throw ValidationError("--time-budget needs --effort thorough")
            }
            if !(timeBudget > 0 && timeBudget <= 10_000) {
                throw ValidationError("--time-budget must be in 0...10000, found \(timeBudget)")
            }
        }
        if anomalous == nil, anomalousMasks != nil {
            throw ValidationError("--anomalous-masks needs --anomalous")
        }
        if anomalous != nil, effort == .quick {
            throw ValidationError("--anomalous needs --effort standard")
        }
    }

    /// The time that training networks may take.
    var timeBudgetDuration: Duration? { timeBudget.map { .seconds(60 * $0) } }

    /// The images that show defects.
    func anomalousOptions(_ ingest: IngestArguments) throws -> AnomalousOptions? {
        try anomalous.map { folder in
            AnomalousOptions(
                ingest: try ingest.options(roots: [folder]),
                masks: anomalousMasks.map { RawPath($0) }
            )
        }
    }

    /// How images are divided; nil where the options say nothing of it.
    private var tiling: Tiling? {
        tileSide.map { Tiling(side: $0, overlap: tileOverlap ?? Tiling.usualOverlap(side: $0)) }
    }

    func modelConfiguration() throws -> ModelConfiguration {
        var configuration = try declaredConfiguration()
        if let tiling { configuration.tiles = tiling }
        return configuration
    }

    private func declaredConfiguration() throws -> ModelConfiguration {
        guard let configuration else { return .standard }
        guard let bytes = FileManager.default.contents(atPath: configuration) else {
            throw RunError.unreadablePath(configuration, reason: "not a readable file")
        }
        do {
            return try JSONDecoder().decode(ModelConfiguration.self, from: bytes)
        } catch let error as DecodingError {
            throw RunError.unusableConfiguration("\(configuration): \(error.summary)")
        }
    }
}

/// Learns a model from normal images.
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Learn a model from normal images.",
        discussion: """
            Several machines can share the work, through a folder that all of them reach. Each \
            gathers the statistics of its part of the images, then one of them adds up what is \
            there, and says by status 4 that the shards have more to gather. All are given the \
            same folders, options and --kernels.

              while
                  # on each machine, i from 1 to 8:
                  residua train good --statistics stats --statistics-only --shard $i/8
                  # when all have come to their end, on one:
                  residua train good --statistics stats --merge --model parts.residua
                  [ $? = 4 ]
              do :; done
            """
    )

    @Argument(
        help: "Folders (or files) of normal images; subfolders are included.",
        completion: .file()
    )
    var paths: [String]

    @Option(
        help: ArgumentHelp("The model file to write.", valueName: "file"),
        completion: .file(extensions: ["residua"])
    )
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Learn from what people said of flagged images (`residua label`): the scores of false "
                + "alarms join those that the threshold goes by, confirmed ones the images with "
                + "defects.",
            valueName: "ledger"
        )
    )
    var useLabels: String?

    @OptionGroup var sharing: TrainingShareOptions
    @OptionGroup var learning: LearningOptions
    @OptionGroup var ingest: IngestArguments
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if model == nil, !sharing.statisticsOnly {
            throw ValidationError("name the file to write with --model")
        }
        if model != nil, sharing.statisticsOnly {
            throw ValidationError("--statistics-only writes no model: leave --model out")
        }
    }

    func run() async throws {
        let terminal = common.makeTerminal()
        if let model { try Learning.checkWritable(model) }
        let labels = try useLabels.map { path in
            try LabelledImages(of: Ledger.open(path, for: .reading))
        }
        let options = TrainingOptions(
            ingest: try ingest.options(roots: paths),
            configuration: try learning.modelConfiguration(),
            falseAlarmRate: learning.falseAlarmRate,
            seed: learning.seed,
            jobs: common.jobCount,
            kernels: try common.chosenKernels(),
            effort: learning.effort,
            anomalous: try learning.anomalousOptions(ingest),
            labels: labels,
            timeBudget: learning.timeBudgetDuration
        )
        let part = try sharing.part
        let learned = try await Interruption.guarding {
            switch part {
            case .everything:
                try await Learning.run(options, terminal: terminal)
            case .gathering(let shard, let folder):
                try await Learning.gather(shard, in: folder, options, terminal: terminal)
            case .merging(let folder):
                try await Learning.merge(in: folder, options, terminal: terminal)
            }
        }
        guard let model, let learned else { return }
        try learned.model.write(to: model)
        terminal.summary("model: \(model)")
    }
}
