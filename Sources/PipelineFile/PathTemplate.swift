/// The path of a folder that may change with the time of a run.
///
/// `{date}` and `{time}` stand for the day and the time of the day that the run starts; any other
/// text in braces is refused when the pipeline file is read.
public struct PathTemplate: Sendable, Hashable, CustomStringConvertible {
    /// The absolute path with marks, which hold a zero byte as no path does, where the date and the time go.
    private let marked: String

    private static let (date, time) = ("\u{0}date", "\u{0}time")

    /// A template that starts at a folder, whose own braces mean nothing.
    init(_ text: String, in folder: String) {
        marked = FilePaths.absolute(
            text.replacing("{date}", with: Self.date).replacing("{time}", with: Self.time),
            in: folder
        )
    }

    /// The absolute path, with its `{date}` and `{time}`.
    public var description: String { path(date: "{date}", time: "{time}") }

    /// Whether every run has the same path.
    public var isConstant: Bool { !marked.utf8.contains(0) }

    /// The path for a run.
    ///
    /// - Parameters:
    ///   - date: The day, such as `2026-03-01`.
    ///   - time: The time of the day, such as `030500`.
    /// - Returns: The absolute path.
    public func path(date: String, time: String) -> String {
        marked.replacing(Self.date, with: date).replacing(Self.time, with: time)
    }

    /// What is wrong with a path as a template, or nil.
    static func problem(of path: String) -> String? {
        let rest = path.replacing("{date}", with: "").replacing("{time}", with: "")
        return rest.contains("{") || rest.contains("}")
            ? "only {date} and {time} may stand in braces, found \(path.quoted)" : nil
    }
}
