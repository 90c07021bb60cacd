/// Why one input could not be scored.
///
/// A failure belongs to one input and never stops the batch: it is a value in the report, and
/// counts for the exit status.
public struct ItemFailure: Error, Sendable, Hashable, Codable {
    /// The step that failed, in the order of an image's way through the program.
    public enum Stage: String, Sendable, CaseIterable, Codable {
        case read, decode, encode, score, write
    }

    /// A stable machine-readable reason, such as `not-found`; lower case with hyphens.
    public struct Code: RawRepresentable, Sendable, Hashable, Codable {
        /// The reason as it stands in reports.
        public let rawValue: String

        /// Creates a reason.
        public init(rawValue: String) { self.rawValue = rawValue }
    }

    /// The step that failed.
    public let stage: Stage
    /// Why it failed.
    public let code: Code
    /// The input's path, relative to the scanned root.
    public let path: String
    /// The words of the library or the system, for a person to read; never matched on.
    public let detail: String

    /// Creates a failure.
    public init(stage: Stage, code: Code, path: String, detail: String) {
        self.stage = stage
        self.code = code
        self.path = path
        self.detail = detail
    }

    /// Creates the failure of an input whose bytes could not be had.
    public init(_ error: InputError, path: RawPath) {
        self.init(
            stage: .read,
            code: Code(rawValue: error.code.rawValue),
            path: path.description,
            detail: error.detail
        )
    }
}
