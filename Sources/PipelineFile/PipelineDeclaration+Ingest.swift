public import ImageCodec

extension PipelineDeclaration {
    /// What is read and how; training reads the same way from its own roots.
    public struct Ingest: Sendable, Equatable {
        /// Folders and files of images; empty where the file only trains.
        public var roots: [String]
        /// Which files are taken, by their paths relative to the root; without ``PathFilter/include`` the endings
        /// of image names decide, unless ``includesAllNames``.
        public var filter: PathFilter
        /// Whether folders below the roots are entered.
        public var isRecursive: Bool
        /// Whether symbolic links below the roots are followed.
        public var followsLinks: Bool
        /// Whether files of every name are taken, so that their content decides alone.
        public var includesAllNames: Bool
        /// What happens to damaged files.
        public var damage: DamagePolicy
        /// Whether inputs are skipped that the ledger knows with the same content and model.
        public var onlyNew: Bool
        /// Whether inputs that failed are tried again, though they are not new.
        public var retriesFailed: Bool
        /// Files that changed less than this ago are left for the next run.
        public var settle: Duration
        /// Limits that hold before memory is taken.
        public var limits: DecodeLimits
        /// The most time for one image.
        public var timeLimit: Duration
    }
}
