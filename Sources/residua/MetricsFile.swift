import ArgumentParser
import Foundation
import Reports

/// The file that tells Prometheus of a run, whatever comes of it.
enum MetricsFile {
    /// Does the work of a run and writes its metrics.
    ///
    /// A run that an error or a signal ends is told of too; not one that another run kept from starting.
    ///
    /// - Parameters:
    ///   - path: The file; none is written when nil.
    ///   - work: The run; its summary is nil where nothing was scanned.
    /// - Returns: What `work` returns.
    /// - Throws: What `work` throws; `RunError` or `ReportError` when the file can't be written.
    static func keep(
        _ path: String?,
        _ work: () async throws -> RunSummary?
    ) async throws -> RunSummary? {
        guard let path else { return try await work() }
        try Learning.checkWritable(path)
        let started = Date()
        let summary: RunSummary?
        do {
            summary = try await work()
        } catch {
            let status = ExitStatus(endedBy: error)
            if status != .busy {
                // The error that ended the run is the one to tell of.
                try? metrics(status, since: started, path: path).write(to: path)
            }
            throw error
        }
        let name = RunMetrics.name(of: path)
        let metrics =
            summary.map { RunMetrics($0, name: name) } ?? metrics(.done, since: started, path: path)
        try metrics.write(to: path)
        return summary
    }

    private static func metrics(
        _ status: ExitStatus,
        since started: Date,
        path: String
    ) -> RunMetrics {
        RunMetrics(
            exitStatus: Int(status.code),
            version: Residua.version,
            name: RunMetrics.name(of: path),
            startedAt: started,
            finishedAt: Date()
        )
    }
}

extension ExitStatus {
    /// The status of a run that threw an error.
    init(endedBy error: any Error) {
        if let status = error as? ExitStatus {
            self = status
        } else if isOurs(error) {
            self.init(stoppedBy: error)
        } else {
            self.init(code: Residua.exitCode(for: error).rawValue)
        }
    }
}
