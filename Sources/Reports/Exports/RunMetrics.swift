internal import Files

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What a run did in numbers, in Prometheus' text format for node_exporter's textfile collector.
///
/// Every series has the label `name`, so that the files of several pipelines can lie in one folder.
public struct RunMetrics: Sendable {
    private let version: String
    private let name: String
    private let exitStatus: Int
    private let startedAt: Date
    private let finishedAt: Date
    private let summary: RunSummary?

    /// The metrics of a run that wrote a report.
    ///
    /// - Parameters:
    ///   - summary: What the run did.
    ///   - name: The label of all series.
    public init(_ summary: RunSummary, name: String) {
        self.name = name
        self.summary = summary
        version = summary.version
        exitStatus = summary.exitStatus
        startedAt = summary.startedAt
        finishedAt = summary.finishedAt
    }

    /// The metrics of a run that could not go on or that had nothing to scan.
    ///
    /// - Parameters:
    ///   - exitStatus: The program's exit status.
    ///   - version: The program's version.
    ///   - name: The label of all series.
    ///   - startedAt: When the run began.
    ///   - finishedAt: When it ended.
    public init(
        exitStatus: Int,
        version: String,
        name: String,
        startedAt: Date,
        finishedAt: Date
    ) {
        self.name = name
        self.exitStatus = exitStatus
        self.version = version
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        summary = nil
    }

    /// The label that a file's series have: its name without ending.
    public static func name(of path: String) -> String {
        let file = path.split(separator: "/").last ?? "residua"
        guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return String(file) }
        return String(file[..<dot])
    }

    /// Writes the file, all of it or nothing; the time of the last success is kept where this run is none.
    ///
    /// - Throws: ``ReportError``; the file is then as it was before.
    public func write(to path: String) throws(ReportError) {
        do throws(FileError) {
            let text = text(after: isSuccess ? nil : Self.lastSuccess(in: path))
            try AtomicFile.write(Array(text.utf8), to: path)
        } catch {
            throw .file(error)
        }
    }

    private var isSuccess: Bool { summary?.isSuccess ?? (exitStatus == 0) }

    private static let lastSuccessName = "residua_last_success_timestamp_seconds"

    /// When the last run succeeded, as an older file says.
    static func lastSuccess(in path: String) -> Double? {
        guard let bytes = try? InputFile.read(path, limit: 1 << 20) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let line = lines.last { $0.hasPrefix("\(lastSuccessName){") }
        return line?.split(separator: " ").last.flatMap { Double($0) }
    }

    /// The whole file.
    ///
    /// - Parameter lastSuccess: When an earlier run succeeded, in seconds since 1970.
    /// - Returns: Lines, each with its end.
    func text(after lastSuccess: Double? = nil) -> String {
        var text = PrometheusText(labels: [("name", name)])
        text.gauge("residua_build_info", "The program.", [([("version", version)], 1)])
        text.gauge(
            "residua_last_run_timestamp_seconds",
            "When the last run ended.",
            finishedAt.timeIntervalSince1970.rounded(.down)
        )
        text.gauge(
            Self.lastSuccessName,
            "When the last run ended that came to its end.",
            isSuccess ? finishedAt.timeIntervalSince1970.rounded(.down) : lastSuccess
        )
        text.gauge(
            "residua_run_duration_seconds",
            "How long the last run took.",
            summary?.elapsedSeconds ?? max(0, finishedAt.timeIntervalSince(startedAt))
        )
        text.gauge("residua_exit_status", "The exit status of the last run.", Double(exitStatus))
        if let summary { Self.add(summary, to: &text) }
        return text.lines
    }

    private static func add(_ summary: RunSummary, to text: inout PrometheusText) {
        text.gauge(
            "residua_run_interrupted",
            "Whether the last run was stopped before its last input.",
            summary.interrupted ? 1 : 0
        )
        let model = [("sha256", summary.model.sha256), ("created_with", summary.model.createdWith)]
        text.gauge("residua_model_info", "The model.", [(model, 1)])
        text.gauge(
            "residua_model_training_images",
            "The normal images that the model was learned from.",
            Double(summary.model.trainingImages)
        )
        text.gauge("residua_images", "Inputs in the report.", samples(summary.counts))
        text.gauge(
            "residua_new_images",
            "Inputs that the last run looked at itself.",
            samples(summary.fresh ?? summary.counts)
        )
        text.gauge(
            "residua_deferred_images",
            "Files left for the next run because they seem to be written still.",
            summary.deferred.map(Double.init)
        )
        text.gauge(
            "residua_failures",
            "Inputs in the report that could not be scored, by reason.",
            summary.failures.map { ([("stage", $0.stage), ("code", $0.code)], Double($0.count)) }
        )
        if let scores = summary.scores {
            // Not a label quantile: that is kept for summaries, which have a sum.
            let points = [
                ("0", scores.minimum), ("10", scores.p10), ("50", scores.p50),
                ("90", scores.p90), ("99", scores.p99), ("100", scores.maximum),
            ]
            text.gauge(
                "residua_score",
                "Percentiles of the scores in the report.",
                points.map { ([("percentile", $0)], Double($1.description)) }
            )
        }
        text.gauge(
            "residua_score_threshold",
            "The score above which images are flagged.",
            Double(summary.threshold.description)
        )
        text.gauge(
            "residua_false_alarm_rate",
            "The wanted share of normal images that are flagged.",
            summary.falseAlarmRate
        )
        addDrift(summary, to: &text)
    }

    private static func addDrift(_ summary: RunSummary, to text: inout PrometheusText) {
        text.gauge(
            "residua_drift_statistic",
            "Kolmogorov-Smirnov statistic of the scores against the calibration.",
            summary.drift?.statistic
        )
        text.gauge(
            "residua_drift_p_value",
            "The probability of so large a statistic where nothing has changed.",
            summary.drift?.pValue
        )
        text.gauge(
            "residua_drift_suspected",
            "Whether the normal images themselves seem to have changed.",
            summary.drift.map { $0.suspected ? 1 : 0 }
        )
        guard let labels = summary.labels else { return }
        text.gauge(
            "residua_labels",
            "Flagged images that people have judged.",
            [
                ([("label", "confirmed")], Double(labels.confirmed)),
                ([("label", "false_alarm")], Double(labels.falseAlarms)),
            ]
        )
        text.gauge(
            "residua_label_precision",
            "The share of the judged images that are defective.",
            labels.precision
        )
    }

    private static func samples(_ counts: RunSummary.Counts) -> [PrometheusText.Sample] {
        [("ok", counts.ok), ("flagged", counts.flagged), ("failed", counts.failed)]
            .map { ([("status", $0)], Double($1)) }
    }
}
