public import Tensors

extension PipelineDeclaration {
    /// How a run goes about its work.
    public struct Run: Sendable, Equatable {
        /// Images worked on at once; nil for as many as there are processors.
        public var jobs: Int?
        /// The name of the numeric kernels; nil for the best of the machine.
        public var kernels: String?
        /// What the layers' products are computed in.
        public var precision: Precision
        /// Whether a flagged image makes the exit status 1.
        public var failsOnFlagged: Bool
        /// The file that log lines are added to; nil for none.
        public var logFile: String?
    }
}
