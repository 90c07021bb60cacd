/// How much damage in a file is accepted.
///
/// A half JPEG is a success with warnings to its codec, and its grey lower half would look like a
/// defect; so the default is to refuse it.
public enum DamagePolicy: String, Sendable, Codable, CaseIterable {
    /// Takes whatever the codec delivers; pixels that are missing are grey.
    case none
    /// Refuses a file whose data end early or where the codec lost data.
    case truncated
    /// Refuses a file at any warning of its codec.
    case warning
}
