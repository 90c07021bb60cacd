import Foundation
import ModelFile
import Pipeline
import Reports
import RunLedger

/// Scanning as `scan` and `run` do it.
enum Scanning {
    /// Scans, shows what is going on, and prints the summary.
    ///
    /// - Parameters:
    ///   - options: What is scanned and where the report goes.
    ///   - path: The model file.
    ///   - session: The ledger, if one is kept.
    ///   - terminal: Where it shows.
    /// - Returns: What `run.json` says.
    /// - Throws: Why the scan could not go on.
    static func run(
        _ options: ScanOptions,
        model path: String,
        session: LedgerSession?,
        terminal: Terminal
    ) async throws -> RunSummary {
        let (stored, identity) = try StoredModel.open(naming: path)
        let progress = ScanProgress()
        // The walk is lazy; how much there is in all is found out beside the work, for the time left.
        let total = terminal.showsProgress ? InputCount(options.ingest, shard: options.shard) : nil
        let summary = try await ScanRun(
            options: options,
            model: stored,
            identity: identity,
            version: Residua.version
        ) { record in
            progress.add(record)
            terminal.show(record)
            terminal.progress(progress.text(total: total?.value))
        }.run(session)
        terminal.clearProgress()
        if let recovered = session?.recoveredMeanwhile { terminal.warning("\(recovered)") }
        // Training said so, and run.json says it each time.
        if !summary.calibration.sufficient {
            terminal.info(
                "the model's \(summary.calibration.normals) normal images can't hold a false-alarm "
                    + "rate of \(summary.falseAlarmRate); expect about "
                    + summary.calibration.guaranteedRate.formatted(3)
            )
        }
        if let drift = summary.drift, drift.suspected {
            terminal.warning(
                "the scores of these \(drift.images) images are higher than those of the model's "
                    + "normal images (Kolmogorov-Smirnov \(drift.statistic.formatted(2))): if most "
                    + "of them are good, light, camera or product have changed; learn a new model",
                ["statistic": "\(drift.statistic)", "p_value": "\(drift.pValue)"]
            )
        }
        terminal.summary(text(of: summary))
        if let worst = progress.worst { terminal.summary(worst) }
        if let labels = summary.labels { terminal.summary(labels.text) }
        terminal.summary("report: \(options.reportPath)")
        let gallery = "\(options.reportPath)/index.html"
        if FileManager.default.fileExists(atPath: gallery) {
            terminal.summary("look at it in a browser: \(gallery)")
        }
        return summary
    }

    private static func text(of summary: RunSummary) -> String {
        let counts = summary.counts
        var text =
            "\(counts.images) images: \(counts.ok) ok, \(counts.flagged) flagged, "
            + "\(counts.failed) failed"
        if let fresh = summary.fresh {
            text +=
                "; new: \(fresh.images) (\(fresh.flagged) flagged, \(fresh.failed) failed)"
            if let deferred = summary.deferred, deferred > 0 {
                text += ", \(deferred) still being written"
            }
        }
        return text + "; \(summary.imagesPerSecond.formatted(1)) images/s"
    }
}

extension LedgerSession {
    /// Says what the last holder of the lock left behind.
    func announce(on terminal: Terminal) {
        if let holder = previousHolder {
            terminal.warning(
                "the run before this one was killed (process \(holder.processIdentifier) on "
                    + "\(holder.host), \(holder.command)); what it finished is kept"
            )
        }
        if let recovered { terminal.warning("\(recovered)") }
    }
}
