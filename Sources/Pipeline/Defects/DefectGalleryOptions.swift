public import SyntheticDefects

/// Which pictures get which defects, and where they are written.
public struct DefectGalleryOptions: Sendable {
    /// The normal pictures.
    public var ingest: IngestOptions
    /// The folder to write to; created when it is not there.
    public var folder: String
    /// What is painted.
    public var configuration: DefectConfiguration
    /// The most pictures taken, from the first; all when nil.
    public var limit: Int?
    /// Which defects: picture after picture gets the next seed.
    public var seed: UInt64
    /// The most pictures worked on at once.
    public var jobs: Int

    /// Creates options.
    public init(
        ingest: IngestOptions,
        folder: String,
        configuration: DefectConfiguration = DefectConfiguration(),
        limit: Int? = nil,
        seed: UInt64 = 0,
        jobs: Int
    ) {
        self.ingest = ingest
        self.folder = folder
        self.configuration = configuration
        self.limit = limit
        self.seed = seed
        self.jobs = jobs
    }

    /// The pixels that a picture has when it is painted: its working size.
    static let pixels = 65_536
    /// The pictures that others take texture from.
    static let sourceCount = 8
}
