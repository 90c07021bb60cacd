internal import Digests
public import Files
public import ImageCodec
public import ModelFile
public import Reports
internal import Scoring
public import Tensors

/// How a worker scores what it is sent.
public struct WorkerOptions: Sendable {
    /// Limits that hold before memory is taken.
    public var limits: DecodeLimits
    /// What happens to damaged files.
    public var damage: DamagePolicy
    /// The share of normal images that may be flagged; the model's own when nil.
    public var falseAlarmRate: Double?
    /// Which pictures flagged images get.
    public var pictures: PictureSelection
    /// Where the pictures go, in a folder for each flagged image; into the lines when nil.
    public var picturesPath: String?
    /// The most images worked on at once.
    public var jobs: Int
    /// The kernels.
    public var kernels: Kernels

    /// Creates options.
    public init(
        limits: DecodeLimits = .standard,
        damage: DamagePolicy = .truncated,
        falseAlarmRate: Double? = nil,
        pictures: PictureSelection = .none,
        picturesPath: String? = nil,
        jobs: Int,
        kernels: Kernels = .best
    ) {
        self.limits = limits
        self.damage = damage
        self.falseAlarmRate = falseAlarmRate
        self.pictures = pictures
        self.picturesPath = picturesPath
        self.jobs = jobs
        self.kernels = kernels
    }
}

/// Scores images that another program sends, and answers each with its record.
///
/// A frame is a line of JSON, `{"path": "a/b.png", "bytes": 1234}`, and so many bytes, after which the next line follows at
/// once. A path that is no UTF-8 has its bytes in a third member, `path_base64`, as in records. Other members are passed by.
///
/// For each frame there is one line, in the order of the frames, written as soon as it and those before it are done: the line
/// that `images.jsonl` of a scan would have (see ``WorkerRecord``).
///
/// At most `2 * jobs` frames are between the moment when they are read and their lines, so that a sender that does not wait is
/// held up, and memory is bounded by that number times the largest file and its work. A file that is too large is read and
/// thrown away. What can't be scored is a failed record, as in a scan.
public struct WorkerRun: Sendable {
    private let options: WorkerOptions
    private let identity: ModelIdentity
    private let scorer: ImageScorer

    /// Creates a worker; nothing is read yet.
    ///
    /// - Parameters:
    ///   - options: How images are scored.
    ///   - model: The model.
    ///   - identity: Its digest and path.
    public init(options: WorkerOptions, model: StoredModel, identity: ModelIdentity) {
        self.options = options
        self.identity = identity
        let rate = options.falseAlarmRate ?? model.card.calibration.threshold.wantedRate
        let threshold = model.parameters.conformal.threshold(falseAlarmRate: rate)
        scorer = ImageScorer(
            model: AnomalyModel(parameters: model.parameters, kernels: options.kernels),
            threshold: threshold,
            options: IngestOptions(roots: [], limits: options.limits, damage: options.damage),
            jobs: options.jobs,
            pictures: FlaggedPictures(
                options.pictures,
                model: model.parameters,
                threshold: threshold,
                kernels: options.kernels
            )
        )
    }

    /// Answers frames until their stream ends.
    ///
    /// When the task is cancelled, frames that were read whole are still answered.
    ///
    /// - Parameters:
    ///   - source: The stream; read on a thread of its own.
    ///   - write: Takes one line with its end. What it throws ends the run.
    /// - Returns: How many frames were answered.
    /// - Throws: ``FramingError`` where the stream is not made of frames, after the lines of those before; `ReportError` where
    ///   pictures can't be written; `CancellationError`; what `write` throws.
    public func run(
        reading source: any ByteSource,
        writing write: ([UInt8]) throws -> Void
    ) async throws -> Int {
        let frames = FrameQueue(
            FrameReader(fileLimit: options.limits.maximumBytes, source: source)
        )
        var answered = 0
        try await forEachArriving(
            jobs: options.jobs,
            next: { try await frames.next() },
            transform: { answer(to: $0) },
            deliver: { line in
                try write(try line.get())
                answered += 1
            }
        )
        return answered
    }

    /// The line about a frame, its pictures being written where they go into a folder.
    private func answer(to frame: Frame) -> Result<[UInt8], ReportError> {
        let entry = WalkEntry(
            root: RawPath(""),
            relativePath: frame.path,
            absolutePath: frame.path,
            kind: .file
        )
        let scored = score(frame, entry)
        let answer = WorkerRecord(
            scored.record(of: entry),
            model: identity,
            pictures: scored.pictures
        )
        return Result { () throws(ReportError) in
            if let path = options.picturesPath { try answer.writePictures(into: path) }
            return try answer.line(withPictures: options.picturesPath == nil)
        }
    }

    private func score(_ frame: Frame, _ entry: WalkEntry) -> ScoredImage {
        switch frame.content {
        case .tooLarge(let size):
            let error = FileBytes.tooLarge(atLeast: size, limit: options.limits.maximumBytes)
            return scorer.failed(ItemFailure(error, path: frame.path))
        case .file(let bytes):
            return scorer.score(bytes, of: entry, sha256: SHA256Digest(of: bytes).description)
        }
    }
}
