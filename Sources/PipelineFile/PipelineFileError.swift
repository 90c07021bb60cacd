/// Why a pipeline file can't be used.
public struct PipelineFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name of the file, as it was given.
    public let file: String
    /// What is wrong, in the order of the file; at least one problem.
    public let problems: [PipelineFileProblem]

    /// The most problems that ``description`` lists.
    static let listed = 25

    init(file: String, problems: [PipelineFileProblem]) {
        self.file = file
        self.problems = problems
    }

    /// One line for each problem: `file:line:column: key path: what is wrong`.
    public var description: String {
        let name = file.escapingControls
        var lines = problems.prefix(Self.listed).map { problem in
            problem.line == nil ? "\(name): \(problem)" : "\(name):\(problem)"
        }
        if problems.count > Self.listed {
            lines.append("\(name): and \(problems.count - Self.listed) more problems")
        }
        return lines.joined(separator: "\n")
    }
}
