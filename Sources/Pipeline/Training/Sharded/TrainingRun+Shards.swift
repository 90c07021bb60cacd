extension TrainingRun {
    /// What gathering the statistics of a shard has come to.
    public struct Gathering: Sendable {
        /// The steps that statistics were gathered for, by the names of their folders.
        public let steps: [String]
        /// Whether the whole training is done, so that nothing is left to gather.
        public let isLearned: Bool
    }

    /// What merging statistics has come to.
    public enum Merging: Sendable {
        /// The model is learned.
        case learned(Result)
        /// Shards have more to gather.
        case pending(Pending)
    }

    /// Steps of a training over shards.
    public struct Pending: Sendable {
        /// The steps whose statistics were merged now.
        public let merged: [String]
        /// The steps that statistics are needed for next.
        public let waiting: [String]
    }

    /// Gathers the statistics of a shard, for all steps that can be taken now.
    ///
    /// - Parameters:
    ///   - shard: The part of the normal images.
    ///   - folder: The folder that all shards share; made where it is not there.
    ///   - version: Of the program: statistics of another one are refused.
    /// - Returns: The steps that were taken.
    /// - Throws: ``ShardedTrainingError``, ``RunError``, `CancellationError`.
    public func gather(
        _ shard: Shard,
        in folder: String,
        version: String
    ) async throws -> Gathering {
        let steps = TrainingSteps(.gathering(shard, try statistics(folder, version, isMade: true)))
        do {
            _ = try await learn(steps)
        } catch is TrainingSteps.Pending {
            return Gathering(steps: steps.taken, isLearned: false)
        }
        return Gathering(steps: steps.taken, isLearned: true)
    }

    /// Adds up what all shards have gathered, in the order of the shards, and learns from it.
    ///
    /// The result differs from that of ``run()`` by the rounding of sums, taken shard by shard; it does not depend on when
    /// and where the shards were gathered.
    ///
    /// - Parameters:
    ///   - folder: The folder that all shards share.
    ///   - version: Of the program.
    /// - Returns: The model, or the steps that need more statistics.
    /// - Throws: ``ShardedTrainingError``, also where shards are missing, ``RunError``, `CancellationError`.
    public func merge(in folder: String, version: String) async throws -> Merging {
        let statistics = try statistics(folder, version, isMade: false)
        let steps = TrainingSteps(.merging(statistics))
        do {
            return .learned(try await learn(steps))
        } catch is TrainingSteps.Pending {
            guard !steps.taken.isEmpty else {
                throw ShardedTrainingError.nothingGathered(folder: statistics.path)
            }
            return .pending(Pending(merged: steps.taken, waiting: steps.waiting))
        }
    }

    private func statistics(
        _ folder: String,
        _ version: String,
        isMade: Bool
    ) throws(ShardedTrainingError) -> StatisticsFolder {
        if let problem = options.unshardable { throw .unsupported(problem) }
        return try StatisticsFolder(
            folder,
            settings: options.settings(version: version),
            isMade: isMade
        )
    }
}
