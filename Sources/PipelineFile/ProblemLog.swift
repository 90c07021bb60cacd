/// Collects what is wrong with a file while it is read.
final class ProblemLog {
    /// Problems beyond these are not kept: a hostile file should not fill the memory with them.
    static let limit = 1000

    private var problems: [(position: SourcePosition?, problem: PipelineFileProblem)] = []

    var isEmpty: Bool { problems.isEmpty }

    /// Whether further problems are dropped.
    var isFull: Bool { problems.count >= Self.limit }

    /// Forgets what was found on a line.
    func remove(line: Int) { problems.removeAll { $0.position?.line == line } }

    func add(_ position: SourcePosition?, _ keyPath: String, _ message: String) {
        guard !isFull else { return }
        problems.append((position, PipelineFileProblem(position, keyPath, message)))
    }

    /// The problems in the order of the file, those of the whole file first.
    var sorted: [PipelineFileProblem] {
        let order = problems.indices.sorted { left, right in
            let (a, b) = (problems[left].position, problems[right].position)
            guard a == b else {
                guard let b else { return false }
                return a.map { $0 < b } ?? true
            }
            return left < right
        }
        var seen: Set<PipelineFileProblem> = []
        return order.map { problems[$0].problem }.filter { seen.insert($0).inserted }
    }
}
