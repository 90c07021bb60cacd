/// How much work goes into learning a model.
public enum TrainingEffort: String, Sendable, CaseIterable {
    /// Detectors only, fused as declared.
    case quick
    /// Also a read-out of the maps and a choice of fusion, measured on painted defects.
    case standard
    /// Also a network, trained through its layers on painted defects, whose map is one more.
    case thorough
}
