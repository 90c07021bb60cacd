/// How well a model tells normal images from defective ones: `metrics.json`.
public struct EvaluationReport: Codable, Sendable, Equatable {
    /// ``ReportSchema/version`` of the writer.
    public let schemaVersion: Int
    /// Metrics that count whole images.
    public var image: ImageMetrics
    /// Metrics that count pixels; left out where there are no masks.
    public var pixel: PixelMetrics?
    /// How long it took.
    public var timing: Timing
    /// How many images were used.
    public var counts: Counts

    private enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case image, pixel, timing, counts
    }

    /// Creates a report.
    public init(image: ImageMetrics, pixel: PixelMetrics?, timing: Timing, counts: Counts) {
        schemaVersion = ReportSchema.version
        self.image = image
        self.pixel = pixel
        self.timing = timing
        self.counts = counts
    }
}

extension EvaluationReport {
    /// Metrics that count whole images, all in `0...1` except the thresholds.
    public struct ImageMetrics: Codable, Sendable, Equatable {
        /// The area under the receiver operating characteristic.
        public var auroc: Double
        /// The average precision.
        public var averagePrecision: Double
        /// The largest F1 over all thresholds.
        public var bestF1: Double
        /// The score at which F1 is largest.
        public var bestF1Threshold: Float
        /// The share of normal images that are flagged at the model's own threshold.
        public var falseAlarmRate: Double
        /// The share of defective images that are not flagged at the model's own threshold.
        public var missRate: Double
        /// The model's own threshold.
        public var threshold: Float
        /// The same by type of defect, sorted by name.
        public var byDefect: [DefectMetrics]

        private enum CodingKeys: String, CodingKey {
            case auroc, threshold
            case averagePrecision = "average_precision"
            case bestF1 = "best_f1"
            case bestF1Threshold = "best_f1_threshold"
            case falseAlarmRate = "false_alarm_rate"
            case missRate = "miss_rate"
            case byDefect = "by_defect"
        }

        /// Creates metrics.
        public init(
            auroc: Double,
            averagePrecision: Double,
            bestF1: Double,
            bestF1Threshold: Float,
            falseAlarmRate: Double,
            missRate: Double,
            threshold: Float,
            byDefect: [DefectMetrics]
        ) {
            self.auroc = auroc
            self.averagePrecision = averagePrecision
            self.bestF1 = bestF1
            self.bestF1Threshold = bestF1Threshold
            self.falseAlarmRate = falseAlarmRate
            self.missRate = missRate
            self.threshold = threshold
            self.byDefect = byDefect.sorted { $0.name < $1.name }
        }
    }

    /// Metrics of one type of defect against all normal images.
    public struct DefectMetrics: Codable, Sendable, Equatable {
        /// The folder's name.
        public var name: String
        /// The number of images.
        public var count: Int
        /// The area under the receiver operating characteristic.
        public var auroc: Double
        /// How many are flagged at the model's own threshold.
        public var flagged: Int

        /// Creates metrics.
        public init(name: String, count: Int, auroc: Double, flagged: Int) {
            self.name = name
            self.count = count
            self.auroc = auroc
            self.flagged = flagged
        }
    }

    /// Metrics that count pixels, in `0...1`.
    public struct PixelMetrics: Codable, Sendable, Equatable {
        /// The area under the receiver operating characteristic.
        public var auroc: Double
        /// The area under the per-region overlap, up to 30 % false positives.
        public var aupro: Double
        /// The average precision.
        public var averagePrecision: Double

        private enum CodingKeys: String, CodingKey {
            case auroc, aupro
            case averagePrecision = "average_precision"
        }

        /// Creates metrics.
        public init(auroc: Double, aupro: Double, averagePrecision: Double) {
            self.auroc = auroc
            self.aupro = aupro
            self.averagePrecision = averagePrecision
        }
    }

    /// How long it took.
    public struct Timing: Codable, Sendable, Equatable {
        /// The training, in seconds; left out when a model was given.
        public var trainSeconds: Double?
        /// The scan of the test images, in seconds.
        public var scanSeconds: Double
        /// Test images per second.
        public var imagesPerSecond: Double

        private enum CodingKeys: String, CodingKey {
            case trainSeconds = "train_seconds"
            case scanSeconds = "scan_seconds"
            case imagesPerSecond = "images_per_second"
        }

        /// Creates a timing.
        public init(trainSeconds: Double?, scanSeconds: Double, imagesPerSecond: Double) {
            self.trainSeconds = trainSeconds
            self.scanSeconds = scanSeconds
            self.imagesPerSecond = imagesPerSecond
        }
    }

    /// How many images were used.
    public struct Counts: Codable, Sendable, Equatable {
        /// Normal images that the model learned from.
        public var train: Int
        /// Normal test images.
        public var normal: Int
        /// Defective test images.
        public var anomalous: Int
        /// Defective test images with a mask.
        public var masked: Int
        /// Test images that could not be scored.
        public var failed: Int

        /// Creates counts.
        public init(train: Int, normal: Int, anomalous: Int, masked: Int, failed: Int) {
            self.train = train
            self.normal = normal
            self.anomalous = anomalous
            self.masked = masked
            self.failed = failed
        }
    }
}
