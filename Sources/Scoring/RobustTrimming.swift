/// Finds images among the normal ones that are not.
///
/// A few defective images in a training folder hide their like and push the threshold up. An image counts as one when its
/// held-out score lies further above the median than `reach` times what the upper part of the normal scores does. Both
/// quantiles stay where they are while fewer than a tenth of the images are defective.
public struct RobustTrimming: Sendable, Equatable {
    /// How far above the median is too far, in distances from the median to the upper quantile.
    public var reach: Float
    /// The quantile that tells the usual spread upwards, in `0.5..<1`.
    public var quantile: Double
    /// The largest share of images that may go, in `0...0.5`.
    public var largestShare: Double

    /// Creates a rule.
    public init(reach: Float = 20, quantile: Double = 0.85, largestShare: Double = 0.1) {
        precondition(reach > 1 && (0.5..<1).contains(quantile), "the rule is out of bounds")
        precondition((0...0.5).contains(largestShare), "the share is out of bounds")
        self.reach = reach
        self.quantile = quantile
        self.largestShare = largestShare
    }

    /// The fewest images of which any may be called odd.
    public static let fewestImages = 16

    /// Which images are unlike the others.
    ///
    /// - Parameters:
    ///   - scores: Held-out scores, one per image.
    ///   - leftOut: Images that are gone already and count towards the share.
    /// - Returns: Their places, worst first; none where images are few or all alike.
    public func outliers(of scores: [Float], leftOut: Int = 0) -> [Int] {
        guard scores.count >= Self.fewestImages else { return [] }
        let sorted = scores.sorted()
        let median = sorted[sorted.count / 2]
        let upper = sorted[Int(Double(sorted.count - 1) * quantile)]
        let limit = median + reach * (upper - median)
        guard upper > median else { return [] }
        let odd = scores.indices.filter { scores[$0] > limit }
            .sorted { (scores[$0], $1) > (scores[$1], $0) }
        let most = Int(Double(scores.count + leftOut) * largestShare)
        return Array(odd.prefix(max(0, most - leftOut)))
    }
}
