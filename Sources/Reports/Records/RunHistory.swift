#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What a ledger knows of earlier runs.
public struct RunHistory: Codable, Sendable, Equatable {
    /// One run.
    public struct Entry: Codable, Sendable, Equatable {
        /// The run's number in the ledger.
        public var run: Int64
        /// The command that ran, for instance `scan`.
        public var command: String
        /// When the run began.
        public var startedAt: Date
        /// When the run ended; left out of a run that did not come to its end.
        public var finishedAt: Date?
        /// The SHA-256 digest of the model file, 64 hexadecimal digits.
        public var modelSHA256: String
        /// How many inputs the run looked at itself; left out of a run that did not come to its end.
        public var fresh: RunSummary.Counts?
        /// How many inputs had not changed since an earlier run.
        public var unchanged: Int?
        /// Files left for the next run.
        public var deferred: Int?
        /// The share of the scored inputs among `fresh` that were flagged, in `0...1`; left out where none was scored.
        public var flaggedShare: Double?
        /// The spread of the scores of all inputs in the run's report.
        public var scores: ScoreQuantiles?
        /// How the scores compared with the calibration.
        public var drift: RunSummary.Drift?
        /// The program's exit status.
        public var exitStatus: Int?

        private enum CodingKeys: String, CodingKey {
            case run, command
            case startedAt = "started_at"
            case finishedAt = "finished_at"
            case modelSHA256 = "model_sha256"
            case fresh, unchanged, deferred
            case flaggedShare = "flagged_share"
            case scores, drift
            case exitStatus = "exit_status"
        }

        /// Creates an entry of a run that has begun; the rest is set by whom knows it.
        public init(run: Int64, command: String, startedAt: Date, modelSHA256: String) {
            self.run = run
            self.command = command
            self.startedAt = startedAt
            self.modelSHA256 = modelSHA256
        }
    }

    /// ``ReportSchema/version`` of the writer.
    public let schemaVersion: Int
    /// The runs, oldest first.
    public var runs: [Entry]
    /// What people said of flagged images; left out where nobody did.
    public var labels: LabelCounts?

    private enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case runs, labels
    }

    /// Creates a history.
    public init(runs: [Entry], labels: LabelCounts? = nil) {
        schemaVersion = ReportSchema.version
        self.runs = runs
        self.labels = labels
    }
}

/// What people said of flagged images.
public struct LabelCounts: Codable, Sendable, Equatable {
    /// Flagged images that are defective.
    public var confirmed: Int
    /// Flagged images that are normal.
    public var falseAlarms: Int
    /// The share of the labelled images that are defective, in `0...1`.
    public var precision: Double

    private enum CodingKeys: String, CodingKey {
        case confirmed
        case falseAlarms = "false_alarms"
        case precision
    }

    /// Creates counts; nil where nothing is labelled.
    public init?(confirmed: Int, falseAlarms: Int) {
        guard confirmed >= 0, falseAlarms >= 0, confirmed + falseAlarms > 0 else { return nil }
        self.confirmed = confirmed
        self.falseAlarms = falseAlarms
        precision = Double(confirmed) / Double(confirmed + falseAlarms)
    }
}
