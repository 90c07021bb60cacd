/// The steps of a training, each a pass over the images and what is learned from it.
///
/// On one machine a step gathers and learns. Over shards, one program gathers a shard's statistics for all steps that can
/// be taken, another adds them up, learns, and so makes the next steps possible: both walk through the whole training, in
/// which steps that were taken before cost little.
final class TrainingSteps {
    /// What this program does of each step.
    enum Role: Sendable {
        case everything
        case gathering(Shard, StatisticsFolder)
        case merging(StatisticsFolder)
    }

    /// A step can't be taken yet.
    struct Pending: Error {}

    let role: Role
    /// Steps whose statistics were gathered, or added up and learned from.
    private(set) var taken: [String] = []
    /// Steps that wait for statistics of the shards.
    private(set) var waiting: [String] = []

    init(_ role: Role) { self.role = role }

    /// The part of the images that passes are over; nil for all.
    var shard: Shard? {
        if case .gathering(let shard, _) = role { shard } else { nil }
    }

    /// Takes a step.
    ///
    /// - Parameters:
    ///   - name: Of the step, in the names of files.
    ///   - statistics: Empty ones; what was learned afterwards.
    ///   - takesOwn: Whether what this shard has gathered before is wanted where the step is pending.
    ///   - gather: Passes over the images.
    ///   - learn: Learns from the statistics of all images.
    /// - Throws: ``Pending`` where the step waits for shards; ``ShardedTrainingError``; what the closures throw.
    func step<Statistics: AdditiveStatistics>(
        _ name: String,
        _ statistics: inout Statistics,
        takesOwn: Bool = false,
        gather: (inout Statistics) async throws -> Void,
        learn: (inout Statistics) throws -> Void = { _ in }
    ) async throws {
        try Task.checkCancellation()
        switch role {
        case .everything:
            try await gather(&statistics)
            try learn(&statistics)
        case .gathering(let shard, let folder):
            if let known = try folder.learned(in: name, as: Statistics.self) {
                statistics = known
                return
            }
            if folder.hasStatistics(of: shard, for: name) {
                if takesOwn {
                    statistics = try folder.statistics(of: shard, for: name, as: Statistics.self)
                }
            } else {
                try await gather(&statistics)
                try folder.keep(statistics: statistics, of: shard, for: name)
                taken.append(name)
            }
            throw Pending()
        case .merging(let folder):
            if let known = try folder.learned(in: name, as: Statistics.self) {
                statistics = known
                // Of a merge that was killed, or of a shard that came too late.
                folder.removeStatistics(for: name)
                return
            }
            guard let merged = try folder.merged(for: name, as: Statistics.self) else {
                waiting.append(name)
                throw Pending()
            }
            statistics = merged
            try learn(&statistics)
            try folder.keep(learned: statistics, in: name)
            folder.removeStatistics(for: name)
            taken.append(name)
        }
    }

    /// The result of several steps, which are then not looked at any more.
    ///
    /// - Parameters:
    ///   - name: Of the result, in the names of files.
    ///   - steps: The steps that are forgotten.
    ///   - work: Takes the steps.
    /// - Returns: What `work` returned, here or where it was done before.
    /// - Throws: ``ShardedTrainingError``, what `work` throws.
    func result<Value: Codable>(
        _ name: String,
        of steps: [String] = [],
        work: () async throws -> Value
    ) async throws -> Value {
        switch role {
        case .everything:
            return try await work()
        case .gathering(_, let folder):
            if let known = try folder.learned(in: name, as: Value.self) { return known }
            return try await work()
        case .merging(let folder):
            if let known = try folder.learned(in: name, as: Value.self) {
                folder.forget(steps)
                return known
            }
            let value = try await work()
            try folder.keep(learned: value, in: name)
            folder.forget(steps)
            return value
        }
    }

    /// Does work for each item that does not depend on the others, so that a shard gathers for all of them in one go.
    ///
    /// - Throws: ``Pending`` after the last item, where it was thrown for any.
    func each<Items: Sequence>(
        _ items: Items,
        work: (Items.Element) async throws -> Void
    ) async throws {
        var isPending = false
        for item in items {
            do {
                try await work(item)
            } catch is Pending {
                isPending = true
            }
        }
        if isPending { throw Pending() }
    }
}
