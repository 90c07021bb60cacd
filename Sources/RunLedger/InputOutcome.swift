/// How an input came out.
public enum InputOutcome: String, Sendable, CaseIterable {
    /// Scored and like the normal images.
    case ok
    /// Scored and unlike the normal images.
    case flagged
    /// Could not be scored.
    case failed
}
