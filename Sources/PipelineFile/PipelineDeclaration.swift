public import Scoring

/// What one pipeline file declares: everything that a run does, with defaults filled in.
///
/// The file is one YAML document. Keys are written `like-this`; only `encoders`, `detectors`, `regularization` and
/// `factors` have the keys of the model's JSON (`imagesPerFactor`), so that a declaration can be copied from one to the
/// other. An unknown key is an error, at every depth; so are keys that are given twice, tags, and merge keys (`<<`).
/// Anchors and aliases may be used. `${NAME}` in a value is a variable of the environment, `${NAME:-text}` gives a
/// default for one that is not set or empty, `$$` is a dollar sign.
///
/// Paths are absolute: relative ones start at the folder of the file; `~` is not expanded. Durations (`10s`) and sizes
/// (`256MiB`) are resolved. Nothing is looked up: whether files are there is for the run to find out.
public struct PipelineDeclaration: Sendable, Equatable {
    /// The name of the file, as it was given.
    public var file: String
    /// The model file that is used, and written by training.
    public var model: String
    /// How the model is learned; nil where it must be there.
    public var train: Train?
    /// What is read and how; without roots where the file only trains.
    public var ingest: Ingest
    /// How images are made ready.
    public var preparation: Preparation
    /// What training learns: the declared encoders and detectors, else the built-in ones.
    public var configuration: ModelConfiguration
    /// The share of normal images that may be flagged; nil for what the model was learned with (1 % when it
    /// is learned).
    public var falseAlarmRate: Double?
    /// What is written; nil where the file only trains.
    public var report: Report?
    /// The database of what was scanned.
    public var ledger: String
    /// How long to wait for another run with the same ledger to end; nought for not at all.
    public var lockWait: Duration
    /// How the run goes about it.
    public var run: Run
    /// The paths of the keys that the file gives, such as `ingest.roots`; all others have defaults.
    public var givenKeys: Set<String>

    /// Whether images are scanned, not only learned from.
    public var scans: Bool { !ingest.roots.isEmpty }
}
