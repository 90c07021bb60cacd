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
        // Adding zero leaves no -0.0, whose place among zeros the order of the input would decide.
        let sorted = scores.map { $0 + 0 }.sorted()
        self.init(count: sorted.count) { sorted[$0] }
    }

    /// Takes the quantiles of scores that somebody else has sorted, or `nil` of none.
    ///
    /// - Parameters:
    ///   - count: How many scores there are.
    ///   - score: The score that so many others come before.
    package init?(count: Int, score: (Int) -> Float) {
        guard count > 0 else { return nil }
        let places = Self.places(of: count)
        minimum = score(places[0])
        p10 = score(places[1])
        p50 = score(places[2])
        p90 = score(places[3])
        p99 = score(places[4])
        maximum = score(places[5])
    }

    /// The places that matter among so many sorted scores, at least one, from the lowest to the highest.
    package static func places(of count: Int) -> [Int] {
        let quantiles = [10, 50, 90, 99].map { max((count * $0 + 99) / 100, 1) - 1 }
        return [0] + quantiles + [count - 1]
    }
}
