extension PipelineDeclaration {
    /// How a model is learned before anything is scanned.
    public struct Train: Sendable, Equatable {
        /// When a model is learned.
        public enum Occasion: String, Sendable, CaseIterable {
            /// When there is no model file.
            case missing
            /// In every run.
            case always
            /// When there is none, or the images are not those that the model was learned from.
            case changed
        }

        /// How much work goes into learning a model.
        public enum Effort: String, Sendable, CaseIterable {
            /// Detectors only, fused as declared.
            case quick
            /// Also a read-out of the maps and a choice of fusion, measured on painted defects.
            case standard
            /// Also a network, trained through its layers on painted defects.
            case thorough
        }

        /// Folders and files of normal images; at least one.
        public var roots: [String]
        /// When a model is learned.
        public var when: Occasion
        /// How much work goes into it.
        public var effort: Effort
        /// Makes the result reproducible.
        public var seed: UInt64
        /// The folder of images that show defects; nil for none.
        public var anomalous: String?
        /// The folder of their masks; nil for looking where such sets usually have them.
        public var anomalousMasks: String?
        /// Whether what people said of flagged images is learned from, as the ledger knows it.
        public var usesLabels: Bool
        /// The time for training networks; nil for a fixed number of steps.
        public var timeBudget: Duration?
    }
}
