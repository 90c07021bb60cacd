extension PipelineDeclaration {
    /// What is written.
    public struct Report: Sendable, Equatable {
        /// Which inputs the records of a run list.
        public enum Records: String, Sendable, CaseIterable {
            /// Also those that were scanned by an earlier run.
            case all
            /// Only those that this run looked at.
            case new
        }

        /// The folder.
        public var folder: PathTemplate
        /// Which inputs are listed.
        public var records: Records
    }
}
