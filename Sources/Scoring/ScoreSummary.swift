/// A few numbers that describe a set of scores.
///
/// Equal sets give equal summaries, whatever the order of their scores.
public struct ScoreSummary: Sendable, Equatable, Codable {
    /// The number of scores, at least 1.
    public let count: Int
    /// The lowest score.
    public let min: Float
    /// The 5th percentile.
    public let q05: Float
    /// The 25th percentile.
    public let q25: Float
    /// The 50th percentile.
    public let median: Float
    /// The 75th percentile.
    public let q75: Float
    /// The 95th percentile.
    public let q95: Float
    /// The highest score.
    public let max: Float
    /// The arithmetic mean.
    public let mean: Float

    /// Summarises scores, or is nil when there are none.
    ///
    /// Between two scores a percentile is interpolated linearly, as NumPy does by default. A
    /// score that is not finite is a programmer's error and stops the program.
    ///
    /// - Parameter scores: The scores, in any order, shape `[items]`.
    /// - Complexity: O(n log n) in the number of scores.
    public init?(of scores: [Float]) {
        precondition(scores.allSatisfy { $0.isFinite }, "a score is not finite")
        // Adding zero leaves no -0.0, whose place among zeros the order of the input would decide.
        let sorted = scores.map { $0 + 0 }.sorted()
        guard let lowest = sorted.first, let highest = sorted.last else { return nil }
        func quantile(_ share: Double) -> Float {
            let place = share * Double(sorted.count - 1)
            let below = Int(place)
            let low = Double(sorted[below])
            let high = Double(sorted[Swift.min(below + 1, sorted.count - 1)])
            return Float(low + (high - low) * (place - Double(below)))
        }
        count = sorted.count
        min = lowest
        q05 = quantile(0.05)
        q25 = quantile(0.25)
        median = quantile(0.5)
        q75 = quantile(0.75)
        q95 = quantile(0.95)
        max = highest
        mean = Float(sorted.reduce(0) { $0 + Double($1) } / Double(sorted.count))
    }
}
