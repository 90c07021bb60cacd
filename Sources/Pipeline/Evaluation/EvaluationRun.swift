internal import ImageCodec
public import ModelFile
public import Reports
internal import Scoring
internal import Tensors

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Measures a model on a dataset with known defects.
///
/// Scores every test image as a scan does, writes the same report, and compares with the folder names and masks.
public struct EvaluationRun: Sendable {
    private let dataset: DatasetFolder
    private let options: ScanOptions
    private let model: StoredModel
    private let identity: ModelIdentity
    private let version: String
    private let trainSeconds: Double?
    private let events: @Sendable (ImageRecord) -> Void
    private let warnings: @Sendable (ItemFailure) -> Void

    /// Creates a run.
    ///
    /// - Parameters:
    ///   - datasetPath: A folder in the layout of ``RunError/notADataset(_:missing:)``.
    ///   - options: As for a scan; the roots are set here.
    ///   - model: The model.
    ///   - identity: The model's path and digest.
    ///   - version: The version of the program.
    ///   - trainSeconds: How long learning the model took, when it was learned in the same run.
    ///   - events: Hears of each record.
    ///   - warnings: Hears of masks that can't be read or have another size than their images.
    /// - Throws: ``RunError/notADataset(_:missing:)``.
    public init(
        datasetPath: RawPath,
        options: ScanOptions,
        model: StoredModel,
        identity: ModelIdentity,
        version: String,
        trainSeconds: Double?,
        events: @escaping @Sendable (ImageRecord) -> Void = { _ in },
        warnings: @escaping @Sendable (ItemFailure) -> Void = { _ in }
    ) throws(RunError) {
        dataset = try DatasetFolder(path: datasetPath, needsTraining: false)
        var options = options
        options.ingest.roots = [dataset.test]
        self.options = options
        self.model = model
        self.identity = identity
        self.version = version
        self.trainSeconds = trainSeconds
        self.events = events
        self.warnings = warnings
    }

    /// The folder of normal images of a dataset.
    ///
    /// - Throws: ``RunError/notADataset(_:missing:)`` when the layout is another.
    public static func normalImages(of path: RawPath) throws(RunError) -> RawPath {
        try DatasetFolder(path: path, needsTraining: true).normal
    }

    private struct Item: Sendable {
        let scored: ScoredImage
        let record: ImageRecord
        let kind: String
        var pixelMap: Matrix?
        var mask: [Bool]?
        var maskFailure: ItemFailure?
    }

    /// Scores the test images and writes the report with `metrics.json`.
    ///
    /// - Returns: The metrics, and the summary as written to `run.json`.
    /// - Throws: ``RunError``, `ReportError`, or `CancellationError` when interrupted: half a dataset has no metrics.
    public func run() async throws -> (metrics: EvaluationReport, summary: RunSummary) {
        let started = Date()
        let rate = options.falseAlarmRate ?? model.card.calibration.threshold.wantedRate
        let threshold = model.parameters.conformal.threshold(falseAlarmRate: rate)
        let scorer = ImageScorer(
            model: AnomalyModel(parameters: model.parameters, kernels: options.kernels),
            threshold: threshold,
            options: options.ingest,
            jobs: options.jobs,
            pictures: FlaggedPictures(
                options.pictures,
                model: model.parameters,
                threshold: threshold,
                kernels: options.kernels
            )
        )
        let writer = try ReportWriter(path: options.reportPath, model: identity)
        let (dataset, limits) = (dataset, options.ingest.limits)
        var scores: [Float] = []
        var kinds: [String] = []
        var pixels = PixelMetricsAccumulator()
        var masked = 0
        try await forEachOrdered(
            options.ingest.makeWalk(),
            jobs: options.jobs,
            transform: { entry in
                let scored = scorer.score(entry)
                let kind = DatasetFolder.kind(of: entry.relativePath)
                var item = Item(scored: scored, record: scored.record(of: entry), kind: kind)
                guard let map = scored.map, let width = scored.record.width,
                    let height = scored.record.height
                else { return item }
                if !DatasetFolder.isNormal(kind) {
                    do throws(ItemFailure) {
                        item.mask = try MaskFile.read(
                            [dataset.mask(of: entry.relativePath)],
                            size: (width, height),
                            limits: limits
                        )?.isDefective
                    } catch {
                        item.maskFailure = error
                    }
                    if item.mask == nil { return item }
                }
                item.pixelMap = Resampler(height: height, width: width).resample(map)
                return item
            },
            deliver: { item in
                events(try writer.append(item.record, pictures: item.scored.pictures))
                if let failure = item.maskFailure { warnings(failure) }
                guard let score = item.scored.record.score else { return }
                scores.append(score)
                kinds.append(item.kind)
                if let map = item.pixelMap, let mask = item.mask {
                    try pixels.add(map: map, mask: mask)
                    masked += 1
                } else if let map = item.pixelMap {
                    pixels.addNormal(map: map)
                }
            }
        )
        let finished = Date()
        let metrics = try report(
            scores: scores,
            kinds: kinds,
            threshold: threshold.value,
            pixels: pixels,
            masked: masked,
            failed: writer.tally.counts.failed,
            seconds: finished.timeIntervalSince(started)
        )
        try writer.write(metrics)
        let summary = options.summary(
            of: writer.tally,
            command: "evaluate",
            version: version,
            model: identity,
            of: model,
            threshold: threshold,
            started: started,
            interrupted: false
        )
        try writer.finish(summary)
        return (metrics, summary)
    }

    private func report(
        scores: [Float],
        kinds: [String],
        threshold: Float,
        pixels: PixelMetricsAccumulator,
        masked: Int,
        failed: Int,
        seconds: Double
    ) throws(RunError) -> EvaluationReport {
        let labels = kinds.map { !DatasetFolder.isNormal($0) }
        guard
            let auroc = RankMetrics.auroc(scores: scores, isAnomalous: labels),
            let precision = RankMetrics.averagePrecision(scores: scores, isAnomalous: labels),
            let best = RankMetrics.bestF1(scores: scores, isAnomalous: labels),
            let falseAlarms = RankMetrics.falseAlarmRate(
                scores: scores,
                isAnomalous: labels,
                threshold: threshold
            ),
            let misses = RankMetrics.missRate(
                scores: scores,
                isAnomalous: labels,
                threshold: threshold
            )
        else {
            throw .notADataset(
                dataset.path.description,
                missing: "a normal or a defective readable test image"
            )
        }
        let defects = Set(kinds).filter { !DatasetFolder.isNormal($0) }.sorted()
        let byDefect = defects.map { defect in
            let chosen = kinds.indices.filter {
                kinds[$0] == defect || DatasetFolder.isNormal(kinds[$0])
            }
            let some = kinds.indices.filter { kinds[$0] == defect }
            return EvaluationReport.DefectMetrics(
                name: defect,
                count: some.count,
                auroc: RankMetrics.auroc(
                    scores: chosen.map { scores[$0] },
                    isAnomalous: chosen.map { labels[$0] }
                )
                    ?? 0,
                flagged: some.count { scores[$0] > threshold }
            )
        }
        let normals = labels.count { !$0 }
        return EvaluationReport(
            image: .init(
                auroc: auroc,
                averagePrecision: precision,
                bestF1: best.f1,
                bestF1Threshold: best.threshold,
                falseAlarmRate: falseAlarms,
                missRate: misses,
                threshold: threshold,
                byDefect: byDefect
            ),
            pixel: masked == 0
                ? nil
                : pixels.result().map {
                    .init(
                        auroc: $0.auroc,
                        aupro: $0.aupro,
                        averagePrecision: $0.averagePrecision
                    )
                },
            timing: .init(
                trainSeconds: trainSeconds,
                scanSeconds: seconds,
                imagesPerSecond: seconds > 0 ? Double(scores.count + failed) / seconds : 0
            ),
            counts: .init(
                train: model.card.training.images,
                normal: normals,
                anomalous: labels.count - normals,
                masked: masked,
                failed: failed
            )
        )
    }
}
