internal import Scoring

/// What a pass over the images gathers, such that what shards have gathered adds up.
///
/// After the pass the same value holds what was learned from it.
protocol AdditiveStatistics: Codable, Sendable {
    /// Takes what was gathered from the images of another shard.
    ///
    /// - Throws: ``ShardedTrainingError`` where the shards did not see the same folders.
    mutating func merge(_ other: Self) throws(ShardedTrainingError)
}

extension DetectorLearner: AdditiveStatistics {}

extension CrossFittedCalibration: AdditiveStatistics {
    mutating func merge(_ other: CrossFittedCalibration) {
        self = CrossFittedCalibration(merging: [self, other])
    }
}
