/// The path of a folder that may change with the time of a run.
///
/// `{date}` and `{time}` stand for the day and the time of the day that the run starts; any other
/// text in braces is refused when the pipeline file is read.
public struct PathTemplate: Sendable, Hashable, CustomStringConvertible {
    /// The absolute path, with its `{date}` and `{time}`.
    public let description: String

    init(_ path: String) { description = path }

    /// Whether every run has the same path.
    public var isConstant: Bool {
        !description.contains("{date}") && !description.contains("{time}")
    }

    /// The path for a run.
    ///
    /// - Parameters:
    ///   - date: The day, such as `2026-03-01`.
    ///   - time: The time of the day, such as `030500`.
    /// - Returns: The absolute path.
    public func path(date: String, time: String) -> String {
        description.replacing("{date}", with: date).replacing("{time}", with: time)
    }

    /// What is wrong with a path as a template, or nil.
    static func problem(of path: String) -> String? {
        let rest = path.replacing("{date}", with: "").replacing("{time}", with: "")
        return rest.contains("{") || rest.contains("}")
            ? "only {date} and {time} may stand in braces, found \(path.quoted)" : nil
    }
}
