#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Whether scores of new images are spread as those of the held-out normal images were.
///
/// A few defective images move the upper end of the distribution only. Where the light, the camera or the product has
/// changed all scores move, and the threshold no longer stands for its false-alarm rate.
public struct ScoreDrift: Sendable, Equatable {
    /// The number of new scores.
    public let images: Int
    /// The Kolmogorov-Smirnov statistic: the largest difference of the two distribution functions, in `0...1`.
    public let statistic: Double
    /// Whether the new scores are the higher ones where the difference is largest.
    public let isHigher: Bool
    /// The probability of so large a statistic where nothing has changed, in `0...1`.
    ///
    /// > Source: Stephens (1970), "Use of the Kolmogorov-Smirnov, Cramér-von Mises and related statistics without
    /// > extensive tables", for the correction to small samples of Kolmogorov's limit.
    public let pValue: Double
    /// The share of new images with a conformal p-value of at most ``smallPValue``.
    public let smallShare: Double

    /// The p-values that count as small.
    public static let smallPValue = 0.05
    /// Fewer new scores than this say nothing.
    public static let leastImages = 20
    /// A difference below this is of no consequence, however sure.
    static let leastStatistic = 0.3
    static let significance = 0.001

    /// Compares scores; nil where there are fewer than ``leastImages`` of them.
    ///
    /// - Parameters:
    ///   - scores: Of new images, in any order, all finite.
    ///   - calibration: The scores of held-out normal images.
    public init?(of scores: [Float], against calibration: ConformalCalibration) {
        var comparison = ScoreComparison(with: calibration)
        for score in scores { comparison.add(score) }
        self.init(comparison)
    }

    /// Takes scores that were counted one by one; nil where there are fewer than ``leastImages`` of them.
    public init?(_ comparison: ScoreComparison) {
        guard comparison.images >= Self.leastImages else { return nil }
        images = comparison.images
        let largest = comparison.largest
        statistic = largest.difference
        isHigher = largest.isHigher
        let (n, m) = (Double(images), Double(comparison.calibration.scores.count))
        let effective = (n * m / (n + m)).squareRoot()
        pValue = Self.tail((effective + 0.12 + 0.11 / effective) * statistic)
        smallShare = Double(comparison.count(withPValueAtMost: Self.smallPValue)) / n
    }

    /// Whether the normal images themselves seem to have changed.
    ///
    /// Lower scores are no reason: a model scores the images it has learned from lower than those held out.
    public var isSuspected: Bool {
        isHigher && statistic >= Self.leastStatistic && pValue < Self.significance
    }

    /// Kolmogorov's limiting distribution: the probability of a value above `x`.
    private static func tail(_ x: Double) -> Double {
        // The series converges slowly near zero, where the probability is 1 to all digits.
        guard x > 0.2 else { return 1 }
        var sum = 0.0
        for k in 1...100 {
            let term = exp(-2 * Double(k * k) * x * x)
            sum += k % 2 == 1 ? term : -term
            if term < 1e-16 { break }
        }
        return min(max(2 * sum, 0), 1)
    }
}
