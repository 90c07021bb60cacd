import ImageCodec
import ModelFile
import Pipeline
import PipelineFile
import Reports
import RunLedger

/// How the program ends; the numbers are a contract with users.
struct ExitStatus: Error, Equatable {
    let code: Int32

    static let done = ExitStatus(code: 0)
    static let flagged = ExitStatus(code: 1)
    static let stopped = ExitStatus(code: 2)
    static let inputsFailed = ExitStatus(code: 3)
    static let pending = ExitStatus(code: 4)
    static let busy = ExitStatus(code: 75)
    static let interrupted = ExitStatus(code: 130)
    static let terminated = ExitStatus(code: 143)

    init(code: Int32) { self.code = code }

    /// The status of a run that came to its end.
    init(counts: RunSummary.Counts, failsOnFlagged: Bool) {
        if counts.failed > 0 {
            self = .inputsFailed
        } else {
            self = failsOnFlagged && counts.flagged > 0 ? .flagged : .done
        }
    }

    /// The status of a scan with these counts.
    static func code(
        _ counts: RunSummary.Counts,
        interrupted: Bool,
        failsOnFlagged: Bool
    ) -> Int {
        let status = ExitStatus(counts: counts, failsOnFlagged: failsOnFlagged)
        return Int((interrupted ? Interruption.status ?? .interrupted : status).code)
    }

    /// The status of a run that an error stopped; a signal that came before it counts more.
    init(stoppedBy error: any Error) {
        if let signalled = Interruption.status {
            self = signalled
        } else if case .busy? = error as? ReportError {
            self = .busy
        } else if case .held? = error as? LedgerError {
            self = .busy
        } else {
            self = .stopped
        }
    }
}

/// Whether an error is one of the project's own, whose description is a whole line for the user.
func isOurs(_ error: any Error) -> Bool {
    error is RunError || error is ReportError || error is ModelFileError || error is EncodeError
        || error is SamplesError || error is LedgerError || error is PipelineFileError
        || error is LogFileError || error is LedgerLookupError || error is LabelError
        || error is MergeError || error is FramingError || error is UnreadAnswerError
        || error is ShardedTrainingError
}
