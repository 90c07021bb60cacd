import Foundation
import ModelFile
import Pipeline
import Scoring
import Tensors

/// Learning as `train` and `evaluate` do it.
enum Learning {
    struct Learned: Sendable {
        let model: StoredModel
        /// Nil where several programs took part.
        let seconds: Double?
    }

    static func run(_ options: TrainingOptions, terminal: Terminal) async throws -> Learned {
        let start = ContinuousClock.now
        let result = try await makeRun(options, terminal: terminal).run()
        let seconds = (ContinuousClock.now - start).seconds
        return describe(result, options: options, seconds: seconds, terminal: terminal)
    }

    /// A training whose progress is shown.
    static func makeRun(_ options: TrainingOptions, terminal: Terminal) -> TrainingRun {
        let pass = ProgressNote()
        return TrainingRun(options: options) { event in
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
        }
    }

    /// The model with its card; says what was learned, and what of it is to be known.
    static func describe(
        _ result: TrainingRun.Result,
        options: TrainingOptions,
        seconds: Double?,
        terminal: Terminal
    ) -> Learned {
        terminal.clearProgress()
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
            "learned from \(result.images) images"
                + (seconds.map { " in \($0.formatted(1)) s" } ?? "") + "\(calibrated); "
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
