#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What a run did as a whole: `run.json`.
public struct RunSummary: Codable, Sendable, Equatable {
    /// ``ReportSchema/version`` of the writer.
    public let schemaVersion: Int
    /// The program's version.
    public var version: String
    /// The command that ran, for instance `scan`.
    public var command: String
    /// The model that was used.
    public var model: ModelIdentity
    /// What kind of model it is.
    public var modelCard: ModelSummary?
    /// The files and folders that were scanned, as given.
    public var roots: [String]?
    /// Which part of the inputs the run took; left out where it took all.
    public var shard: Shard?
    /// The shards whose reports this one joins; left out where it joins none.
    public var merged: Merged?
    /// How many inputs came out how.
    public var counts: Counts
    /// A digest of the settings that decide records beside input and model, 64 hexadecimal digits.
    public var settings: String?
    /// How many of them this run looked at; left out where it looked at all.
    public var fresh: Counts?
    /// Files that are left for the next run, because they seem to be written still; left out where none is looked for.
    public var deferred: Int?
    /// Whether the scores are those that the model was calibrated on; left out where too few images were scored.
    public var drift: Drift?
    /// The score at which images were flagged.
    public var threshold: Float
    /// The wanted share of normal images that are flagged, in `0...1`.
    public var falseAlarmRate: Double
    /// How far the wanted rate can be relied on.
    public var calibration: Calibration
    /// The spread of the scores; left out when no image was scored.
    public var scores: ScoreQuantiles?
    /// The scores of the report's images beside those of the held-out normal images.
    public var histogram: ScoreHistogram?
    /// What the colours of the pictures mean.
    public var legend: HeatLegend?
    /// The last runs with the same ledger, this one last; left out where none is kept.
    public var history: [RunHistory.Entry]?
    /// What people said of flagged images; left out where nobody did.
    public var labels: LabelCounts?
    /// The instruction set that the numeric kernels used, and `float` behind it where layers compute in that throughout;
    /// of shards on machines of several kinds all of them, `, ` between.
    public var kernels: String
    /// How many images were worked on at once.
    public var jobs: Int
    /// When the run began.
    public var startedAt: Date
    /// When the run ended.
    public var finishedAt: Date
    /// How long the run took, in seconds.
    public var elapsedSeconds: Double
    /// Inputs per second, failed ones included.
    public var imagesPerSecond: Double
    /// The program's exit status.
    public var exitStatus: Int
    /// Whether the run was stopped before its last input.
    public var interrupted: Bool
    /// How many inputs failed for each reason, sorted by stage and code.
    public var failures: [FailureCount]

    private enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case version, command, model
        case modelCard = "model_card"
        case roots, shard, merged, settings, counts, fresh, deferred, drift, threshold
        case falseAlarmRate = "false_alarm_rate"
        case calibration, scores, histogram, legend, history, labels, kernels, jobs
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case elapsedSeconds = "elapsed_seconds"
        case imagesPerSecond = "images_per_second"
        case exitStatus = "exit_status"
        case interrupted, failures
    }

    /// Creates a summary; the duration and the rate follow from the times, or from `atLeast` seconds where times that a file
    /// gave in whole seconds are nearer to each other.
    public init(
        version: String,
        command: String,
        model: ModelIdentity,
        tally: RunTally,
        threshold: Float,
        falseAlarmRate: Double,
        calibration: Calibration,
        kernels: String,
        jobs: Int,
        startedAt: Date,
        finishedAt: Date,
        atLeast: Double = 0,
        exitStatus: Int,
        interrupted: Bool
    ) {
        schemaVersion = ReportSchema.version
        self.version = version
        self.command = command
        self.model = model
        counts = tally.counts
        self.threshold = threshold
        self.falseAlarmRate = falseAlarmRate
        self.calibration = calibration
        scores = tally.quantiles
        self.kernels = kernels
        self.jobs = jobs
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        let elapsed = max(finishedAt.timeIntervalSince(startedAt), atLeast)
        elapsedSeconds = (elapsed * 1000).rounded() / 1000
        let rate = elapsed > 0 ? Double(tally.counts.images) / elapsed : 0
        imagesPerSecond = (rate * 100).rounded() / 100
        self.exitStatus = exitStatus
        self.interrupted = interrupted
        failures = tally.failures
    }
}

extension RunSummary {
    /// The part of the inputs that one of several runs took, and what joining their reports needs.
    public struct Shard: Codable, Sendable, Equatable {
        /// Which of the parts, from 1.
        public var index: Int
        /// How many parts there are.
        public var count: Int
        /// How many lines of `images.jsonl` are about inputs of each root, in the order of the roots.
        public var inputs: [Int]
        /// The scores of the model's held-out normal images, rising.
        public var normals: [Float]
        /// Which files below the roots are taken (names, links, patterns), in words that are the same where the choice is.
        public var files: String

        /// Creates a description.
        public init(index: Int, count: Int, inputs: [Int], normals: [Float], files: String) {
            self.index = index
            self.count = count
            self.inputs = inputs
            self.normals = normals
            self.files = files
        }
    }

    /// The shards that a report was joined from.
    public struct Merged: Codable, Sendable, Equatable {
        /// How many shards there are.
        public var shards: Int
        /// The shards that were not there, from 1, rising; their inputs are not in the report.
        public var missing: [Int]

        /// Creates a description.
        public init(shards: Int, missing: [Int]) {
            self.shards = shards
            self.missing = missing
        }
    }

    /// How many inputs came out how.
    public struct Counts: Codable, Sendable, Equatable {
        /// All inputs; the sum of the others.
        public var images = 0
        /// Scored and like the normal images.
        public var ok = 0
        /// Scored and unlike the normal images.
        public var flagged = 0
        /// Not scored.
        public var failed = 0
    }

    /// How far the wanted false-alarm rate can be relied on.
    public struct Calibration: Codable, Sendable, Equatable {
        /// The number of held-out normal images.
        public var normals: Int
        /// Whether these are enough for the wanted rate.
        public var sufficient: Bool
        /// The rate that the number of normal images does guarantee, in `0...1`.
        public var guaranteedRate: Double

        private enum CodingKeys: String, CodingKey {
            case normals, sufficient
            case guaranteedRate = "guaranteed_rate"
        }

        /// Creates a statement about the calibration.
        public init(normals: Int, sufficient: Bool, guaranteedRate: Double) {
            self.normals = normals
            self.sufficient = sufficient
            self.guaranteedRate = guaranteedRate
        }
    }

    /// How the scores of a run compare with those of the held-out normal images.
    public struct Drift: Codable, Sendable, Equatable {
        /// The scores compared.
        public var images: Int
        /// The Kolmogorov-Smirnov statistic: the largest difference of the two distribution functions, in `0...1`.
        public var statistic: Double
        /// Whether the run's scores are the higher ones where the difference is largest.
        public var higher: Bool
        /// The probability of so large a statistic where nothing has changed, in `0...1`.
        public var pValue: Double
        /// The share of images whose p-value is at most ``smallPValue``.
        public var smallShare: Double
        /// The p-values that count as small.
        public var smallPValue: Double
        /// Whether the normal images themselves seem to have changed.
        public var suspected: Bool

        private enum CodingKeys: String, CodingKey {
            case images, statistic, higher
            case pValue = "p_value"
            case smallShare = "small_share"
            case smallPValue = "small_p_value"
            case suspected
        }

        /// Creates a statement about the scores.
        public init(
            images: Int,
            statistic: Double,
            higher: Bool,
            pValue: Double,
            smallShare: Double,
            smallPValue: Double,
            suspected: Bool
        ) {
            self.images = images
            self.statistic = statistic
            self.higher = higher
            self.pValue = pValue
            self.smallShare = smallShare
            self.smallPValue = smallPValue
            self.suspected = suspected
        }
    }

    /// How many inputs failed for one reason.
    public struct FailureCount: Codable, Sendable, Equatable {
        /// The step that failed.
        public let stage: String
        /// The stable reason.
        public let code: String
        /// How many inputs.
        public let count: Int
    }
}
