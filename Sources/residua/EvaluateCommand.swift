import ArgumentParser
import Foundation
import ModelFile
import Pipeline
import Reports

/// Measures a model on a dataset with known defects.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure accuracy on a dataset with known defects.",
        discussion: """
            The dataset has the folders train/good, test/good, test/<defect> and, where there are \
            masks, ground_truth/<defect>/<name>_mask.png.
            """
    )

    @Argument(help: "The dataset folder.", completion: .directory)
    var dataset: String

    @Option(
        help: ArgumentHelp(
            "The model file; learned from train/good when not given.",
            valueName: "file"
        ),
        completion: .file(extensions: ["residua"])
    )
    var model: String?

    @Option(
        help: ArgumentHelp("The report folder; metrics.json goes there too.", valueName: "folder"),
        completion: .directory
    )
    var report: String

    @OptionGroup var learning: LearningOptions
    @OptionGroup var ingest: IngestArguments
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let terminal = common.makeTerminal()
        let kernels = try common.chosenKernels()
        let ingestOptions = try ingest.options(roots: [dataset])
        let path = RawPath(dataset)
        var training: TrainingOptions?
        if model == nil {
            var normal = ingestOptions
            normal.roots = [try EvaluationRun.normalImages(of: path)]
            training = TrainingOptions(
                ingest: normal,
                configuration: try learning.modelConfiguration(),
                falseAlarmRate: learning.falseAlarmRate,
                seed: learning.seed,
                jobs: common.jobCount,
                kernels: kernels,
                effort: learning.effort,
                anomalous: try learning.anomalousOptions(ingest),
                timeBudget: learning.timeBudgetDuration
            )
        }
        let options = ScanOptions(
            ingest: ingestOptions,
            reportPath: report,
            falseAlarmRate: model == nil ? nil : learning.falseAlarmRate,
            jobs: common.jobCount,
            kernels: kernels,
            exitStatus: { counts, _ in
                Int(ExitStatus(counts: counts, failsOnFlagged: false).code)
            }
        )
        let (modelPath, plan) = (model, training)
        let (metrics, summary) = try await Interruption.guarding {
            let stored: StoredModel
            let identity: ModelIdentity
            var seconds: Double?
            if let plan {
                let learned = try await Learning.run(plan, terminal: terminal)
                stored = learned.model
                seconds = learned.seconds
                identity = ModelIdentity(
                    path: "",
                    sha256: try stored.sha256(),
                    createdWith: Residua.version,
                    seed: plan.seed,
                    trainingImages: stored.card.training.images
                )
            } else {
                (stored, identity) = try StoredModel.load(modelPath ?? "")
            }
            let progress = ScanProgress()
            let run = try EvaluationRun(
                datasetPath: path,
                options: options,
                model: stored,
                identity: identity,
                version: Residua.version,
                trainSeconds: seconds,
                events: { record in
                    progress.add(record)
                    terminal.progress(progress.text(total: nil))
                },
                warnings: { failure in
                    terminal.warning(
                        "mask not used: \(failure.path): \(failure.detail)",
                        ["path": "\(failure.path)", "code": "\(failure.code.rawValue)"]
                    )
                }
            )
            return try await run.run()
        }
        terminal.clearProgress()
        terminal.result(Self.table(metrics))
        terminal.summary("report: \(report)")
        throw ExitStatus(code: Int32(summary.exitStatus))
    }

    /// The metrics for a person.
    static func table(_ metrics: EvaluationReport) -> String {
        let image = metrics.image
        var lines = [
            "images               \(metrics.counts.normal) normal, \(metrics.counts.anomalous) defective, "
                + "\(metrics.counts.failed) failed; learned from \(metrics.counts.train)",
            "image AUROC          \(image.auroc.formatted(4))",
            "average precision    \(image.averagePrecision.formatted(4))",
            "best F1              \(image.bestF1.formatted(4)) at \(image.bestF1Threshold.formatted(2))",
            "at threshold \(image.threshold.formatted(2).padded(to: 7)) "
                + "false alarms \(image.falseAlarmRate.formatted(4)), misses \(image.missRate.formatted(4))",
        ]
        if let pixel = metrics.pixel {
            lines.append("pixel AUROC          \(pixel.auroc.formatted(4))")
            lines.append("pixel AUPRO (30 %)   \(pixel.aupro.formatted(4))")
            lines.append("pixel avg precision  \(pixel.averagePrecision.formatted(4))")
        }
        lines.append("")
        lines.append("defect               images  flagged   AUROC")
        for defect in image.byDefect {
            lines.append(
                defect.name.printable.padded(to: 20) + " "
                    + "\(defect.count)".padded(to: 6, left: true) + "  "
                    + "\(defect.flagged)".padded(to: 7, left: true) + "  "
                    + defect.auroc.formatted(4)
            )
        }
        lines.append("")
        if let seconds = metrics.timing.trainSeconds {
            lines.append("training             \(seconds.formatted(1)) s")
        }
        lines.append(
            "scanning             \(metrics.timing.imagesPerSecond.formatted(1)) images/s"
        )
        return lines.joined(separator: "\n")
    }
}

extension String {
    /// The text filled up with spaces.
    func padded(to width: Int, left: Bool = false) -> String {
        let fill = String(repeating: " ", count: max(0, width - count))
        return left ? fill + self : self + fill
    }
}
