public import Scoring
public import Tensors

/// What a model is learned from and how.
public struct TrainingOptions: Sendable {
    /// The normal images.
    public var ingest: IngestOptions
    /// The declaration of the model.
    public var configuration: ModelConfiguration
    /// The share of normal images that may be flagged, above 0 and below 1.
    public var falseAlarmRate: Double
    /// Makes the result reproducible.
    public var seed: UInt64
    /// The most images worked on at once.
    public var jobs: Int
    /// The kernels.
    public var kernels: Kernels
    /// How much work goes into it.
    public var effort: TrainingEffort
    /// Images that show defects; nil for none.
    public var anomalous: AnomalousOptions?
    /// Images that people labelled; nil for none.
    public var labels: LabelledImages?
    /// The wanted time for training networks; nil for a fixed number of steps, whatever they take.
    public var timeBudget: Duration?
    /// How images are made ready.
    public var preparation: PreparationOptions
    /// The most normal images that scores are calibrated on; more where the false-alarm rate needs them.
    ///
    /// An image takes 86 KB to the end of training for 7 detectors of 1024 positions and 3 folds. All images are learned
    /// from, however many there are.
    public var calibrationLimit: Int
    /// The most memory of images that are kept from one pass to the next, in bytes; what is learned does not depend on it.
    public var keptImageBytes = 160 << 20

    /// Creates options.
    public init(
        ingest: IngestOptions,
        configuration: ModelConfiguration = .standard,
        falseAlarmRate: Double = 0.01,
        seed: UInt64 = 0,
        jobs: Int,
        kernels: Kernels = .best,
        effort: TrainingEffort = .standard,
        anomalous: AnomalousOptions? = nil,
        labels: LabelledImages? = nil,
        timeBudget: Duration? = nil,
        preparation: PreparationOptions = PreparationOptions(),
        calibrationLimit: Int = 2000
    ) {
        precondition(calibrationLimit > 0, "no images to calibrate on")
        precondition(falseAlarmRate > 0 && falseAlarmRate < 1, "the rate must be in (0, 1)")
        self.ingest = ingest
        self.configuration = configuration
        self.falseAlarmRate = falseAlarmRate
        self.seed = seed
        self.jobs = jobs
        self.kernels = kernels
        self.effort = effort
        self.anomalous = anomalous
        self.labels = labels
        self.timeBudget = timeBudget
        self.preparation = preparation
        self.calibrationLimit = calibrationLimit
    }

    /// The most normal images that scores are calibrated on.
    var calibrationImages: Int {
        max(calibrationLimit, ConformalCalibration.normalsNeeded(falseAlarmRate: falseAlarmRate))
    }

    /// Patches that a layer is learned from.
    static let patchCapacity = (first: 40_000, deeper: 10_000)
    /// The most images, or tiles of them, that get painted defects.
    static let paintedLimit = 200
    /// The most images with real defects that are learned from.
    static let anomalousLimit = 1000
    /// The most tiles of such images, but for those of a first one.
    static let anomalousTileLimit = 4096
    /// Encoders whose patches are gathered in one pass: more would need more memory.
    static let encodersPerPass = 3
    /// Encoders whose detectors are learned together: likewise.
    static let encodersPerStage = 1
}

/// What training is doing.
public enum TrainingEvent: Sendable {
    /// The images were counted.
    case surveyed(images: Int)
    /// A pass over the images began.
    case pass(name: String, number: Int, of: Int)
    /// An image of the pass is done.
    case image(done: Int, of: Int)
    /// An image can't be used.
    case skipped(ItemFailure)
    /// An image is left out because it is unlike the others.
    case trimmed(TrimmedImage)
    /// A labelled image can't be used; why, for a person.
    case unusableLabel(path: String, reason: String)
    /// There will be no network although one was asked for; why, for a person.
    case noNetwork(reason: String)
}
