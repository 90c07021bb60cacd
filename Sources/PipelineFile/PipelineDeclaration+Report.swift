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

        /// Another form that a report is written in.
        public enum Export: String, Sendable, CaseIterable {
            case csv, sarif, junit, prometheus
        }

        /// Which pictures flagged images get.
        public enum Pictures: String, Sendable, CaseIterable {
            /// All of them.
            case all
            /// Those that a page of the report needs.
            case essential
            /// None.
            case none
        }

        /// The folder.
        public var folder: PathTemplate
        /// Which inputs are listed.
        public var records: Records
        /// The other forms that the report is written in as well, into its folder.
        public var exports: [Export] = []
        /// The file for Prometheus' metrics, wherever the collector looks.
        public var metricsFile: String?
        /// Which pictures flagged images get.
        public var pictures: Pictures
    }
}
