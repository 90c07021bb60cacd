internal import Files
internal import ImageCodec
internal import Pipeline
internal import Scoring
internal import Tensors

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Measures how much accuracy contestants lose when test pictures get worse.
struct RobustnessStudy {
    let arguments: RobustnessArguments

    /// Measures all sets and writes the table and the plot; after each set, so that a stopped study leaves something.
    func run() async throws {
        let out = Folder(arguments.out)
        try out.create()
        var table = RobustnessTable()
        for path in arguments.sets {
            let set = try PreparedSet(
                folder: path,
                trainLimit: arguments.trainLimit,
                testLimit: arguments.testLimit
            )
            table.rows += try await measure(set)
            try write(table, to: out)
        }
    }

    private func measure(_ set: PreparedSet) async throws -> [RobustnessTable.Row] {
        let temporary = FileManager.default.temporaryDirectory
            .appendingPathComponent("residua-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: temporary) }
        let contestants = try await contestants(set, temporary: Folder(temporary.path))
        let scores = try await scores(of: contestants, on: set)
        let isAnomalous = set.tests.map(\.isAnomalous)
        let anomalous = isAnomalous.count { $0 }
        return contestants.indices.flatMap { index in
            let contestant = contestants[index]
            return Self.variants.indices.map { variant in
                let found = scores.map { $0[variant][index] }
                let normal = zip(found, isAnomalous).filter { !$0.1 }.map(\.0)
                return RobustnessTable.Row(
                    set: set.name,
                    question: contestant.question,
                    name: contestant.name,
                    seed: contestant.seed,
                    corruption: Self.variants[variant]?.corruption,
                    strength: Self.variants[variant]?.strength ?? 0,
                    // There are pictures of both kinds.
                    auroc: RankMetrics.auroc(scores: found, isAnomalous: isAnomalous) ?? 0.5,
                    falseAlarms: contestant.threshold.map { threshold in
                        Double(normal.count { $0 > threshold }) / Double(normal.count)
                    },
                    density: contestant.density,
                    normal: normal.count,
                    anomalous: anomalous
                )
            }
        }
    }

    private func contestants(
        _ set: PreparedSet,
        temporary: Folder
    ) async throws -> [Contestant] {
        var contestants: [Contestant] = []
        for question in arguments.questions {
            switch question {
            case .inference:
                contestants += try await InferenceContestants(
                    set: set,
                    folder: temporary,
                    seed: 0,
                    jobs: arguments.jobs
                ).learn(progress: StandardError.note)
            case .prior:
                contestants += try await PriorContestants(
                    set: set,
                    seeds: arguments.seeds,
                    steps: arguments.steps,
                    jobs: arguments.jobs
                ).learn(progress: StandardError.note)
            }
        }
        return contestants
    }

    /// The clean picture, then each corruption at each strength.
    private static let variants: [(corruption: Corruption, strength: Int)?] =
        [nil]
        + Corruption.allCases.flatMap { corruption in
            Corruption.strengths.map { (corruption, $0) }
        }

    /// The scores of each picture in each variant by each contestant.
    private func scores(
        of contestants: [Contestant],
        on set: PreparedSet
    ) async throws -> [[[Float]]] {
        var scores: [[[Float]]] = []
        try await forEachOrdered(
            set.tests.indices,
            jobs: arguments.jobs,
            transform: { place in
                Result {
                    try Self.variants.map { variant in
                        let clean = set.tests[place].image
                        let image =
                            try variant.map {
                                try $0.corruption.apply(
                                    to: clean,
                                    strength: $0.strength,
                                    seed: UInt64(place)
                                )
                            } ?? clean
                        let input = Contestant.input(image.map)
                        return contestants.map { $0.score(input) }
                    }
                }
            },
            deliver: { found in
                scores.append(try found.get())
                if scores.count % 8 == 0 || scores.count == set.tests.count {
                    StandardError.note("\(set.name): \(scores.count) of \(set.tests.count) scored")
                }
            }
        )
        return scores
    }

    private func write(_ table: RobustnessTable, to folder: Folder) throws {
        for (name, text) in [
            ("csv", table.csv), ("md", table.markdown), ("svg", RobustnessPlot(table: table).svg),
        ] {
            try AtomicFile.write(Array(text.utf8), to: folder.path(of: "robustness.\(name)"))
        }
    }
}
