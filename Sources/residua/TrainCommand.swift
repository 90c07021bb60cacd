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
        abstract: "Learn a model from normal images."
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
    var model: String

    @Option(
        help: ArgumentHelp(
            "Learn from what people said of flagged images (`residua label`): the scores of false "
                + "alarms join those that the threshold goes by, confirmed ones the images with "
                + "defects.",
            valueName: "ledger"
        )
    )
    var useLabels: String?

    @OptionGroup var learning: LearningOptions
    @OptionGroup var ingest: IngestArguments
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let terminal = common.makeTerminal()
        try Learning.checkWritable(model)
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
        let learned = try await Interruption.guarding {
            try await Learning.run(options, terminal: terminal)
        }
        try learned.model.write(to: model)
        terminal.summary("model: \(model)")
    }
}

/// Learning as `train` and `evaluate` do it.
enum Learning {
    struct Learned: Sendable {
        let model: StoredModel
        let seconds: Double
    }

    static func run(_ options: TrainingOptions, terminal: Terminal) async throws -> Learned {
        let start = ContinuousClock.now
        let pass = ProgressNote()
        let result = try await TrainingRun(options: options) { event in
            switch event {
            case .surveyed(let images):
                terminal.info("learning from \(images) images", ["images": "\(images)"])
            case .pass(let name, let number, let count):
                pass.set("pass \(number) of \(count): \(name)")
            case .image(let done, let total):
                terminal.progress("\(pass.text), image \(done) of \(total)")
            case .skipped(let failure):
                terminal.warning(
                    "skipped \(failure.path): \(failure.detail)",
                    ["path": "\(failure.path)", "code": "\(failure.code.rawValue)"]
                )
            case .trimmed(let image):
                terminal.warning(
                    "left out \(image.path): its score of \(image.score.formatted(1)) among the "
                        + "normal images is far above theirs; is it really a good one?",
                    ["path": "\(image.path)", "score": "\(image.score)"]
                )
            case .unusableLabel(let path, let reason):
                terminal.warning(
                    "label of \(path.printable) not used: \(reason.printable)",
                    ["path": path]
                )
            case .noNetwork(let reason):
                terminal.warning(
                    "no network: \(reason); the model is that of --effort standard",
                    ["reason": reason]
                )
            }
        }.run()
        terminal.clearProgress()
        let seconds = (ContinuousClock.now - start).seconds
        let survey = result.survey
        let card = ModelCard(
            of: result.parameters,
            training: .init(
                images: result.images,
                skipped: survey.inputs - result.images - result.trimmed.count,
                trimmed: result.trimmed.map(\.path),
                sha256: survey.digest,
                channels: survey.channels,
                smallest: [survey.smallest.width, survey.smallest.height],
                largest: [survey.largest.width, survey.largest.height],
                aspect: survey.aspect,
                labels: result.labels
            ),
            threshold: result.threshold,
            seed: options.seed,
            kernels: options.kernels.description,
            version: Residua.version,
            effort: options.effort.rawValue,
            fusion: result.fusion,
            noNetwork: result.noNetwork
        )
        let normals = card.calibration.scores.count
        let calibrated = normals < result.images ? ", calibrated on \(normals) of them" : ""
        terminal.summary(
            "learned from \(result.images) images in \(seconds.formatted(1)) s\(calibrated); "
                + "threshold \(result.threshold.value.formatted(2))"
        )
        if let labels = result.labels, let given = options.labels {
            let left = given.count - labels.falseAlarms - labels.confirmed
            terminal.summary(
                "labels used: \(labels.falseAlarms) false alarms, \(labels.confirmed) confirmed"
                    + (left > 0 ? "; \(left) not used" : "")
            )
            if options.effort == .quick, given.confirmedCount > 0 {
                terminal.info(
                    "\(given.confirmedCount) confirmed images are learned from with --effort "
                        + "standard or thorough only"
                )
            }
        }
        if let labels = options.labels, labels.count == 0 {
            terminal.info("the ledger has no labels yet; give one with: residua label")
        }
        if !result.threshold.isSufficient {
            terminal.warning(
                "\(card.calibration.scores.count) normal images can't hold a false-alarm rate of "
                    + "\(options.falseAlarmRate): the threshold is the highest score among them, "
                    + "good for about \(result.threshold.guaranteedRate.formatted(3)); give "
                    + "\(result.threshold.normalsNeeded) or more"
            )
        }
        return Learned(
            model: StoredModel(parameters: result.parameters, card: card),
            seconds: seconds
        )
    }

    /// Finds out before an hour of work that its result can't be written.
    static func checkWritable(_ path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard access(folder, W_OK) == 0 else {
            throw RunError.unwritablePath(path, reason: String(cString: strerror(errno)))
        }
        // A file is replaced by a new one of its name; that would remove a device or a pipe.
        let item = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: item) else {
            return
        }
        switch attributes[.type] as? FileAttributeType {
        case .typeRegular, .typeSymbolicLink: return
        case .typeDirectory: throw RunError.unwritablePath(path, reason: "it is a folder")
        default: throw RunError.unwritablePath(path, reason: "it is no regular file")
        }
    }
}
