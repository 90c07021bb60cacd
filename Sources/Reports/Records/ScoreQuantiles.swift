/// The spread of the scores of a run's images.
///
/// Each quantile is a score that occurred: the smallest one that at least this share of the
/// images doesn't exceed.
public struct ScoreQuantiles: Codable, Sendable, Equatable {
    /// The smallest score.
    public let minimum: Float
    /// Quantiles at 10, 50, 90 and 99 percent.
    public let p10, p50, p90, p99: Float
    /// The largest score.
    public let maximum: Float

    /// Computes the quantiles of scores in any order, or `nil` of none.
    public init?(of scores: [Float]) {
        let sorted = scores.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        func quantile(percent: Int) -> Float {
            let rank = (sorted.count * percent + 99) / 100
            return sorted[max(rank, 1) - 1]
        }
        minimum = first
        p10 = quantile(percent: 10)
        p50 = quantile(percent: 50)
        p90 = quantile(percent: 90)
        p99 = quantile(percent: 99)
        maximum = last
    }
}
