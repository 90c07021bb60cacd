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
        guard scores.count >= Self.leastImages else { return nil }
        let (new, normal) = (scores.sorted(), calibration.scores)
        images = new.count
        var (i, j) = (0, 0)
        var largest = 0.0
        var isHigher = false
        while i < new.count, j < normal.count {
            // Equal scores step together.
            let value = min(new[i], normal[j])
            while i < new.count, new[i] == value { i += 1 }
            while j < normal.count, normal[j] == value { j += 1 }
            let difference = Double(i) / Double(new.count) - Double(j) / Double(normal.count)
            if abs(difference) > largest {
                largest = abs(difference)
                // Fewer of the new scores than of the normal ones are as low as this.
                isHigher = difference < 0
            }
        }
        statistic = largest
        self.isHigher = isHigher
        let (n, m) = (Double(new.count), Double(normal.count))
        let effective = (n * m / (n + m)).squareRoot()
        pValue = Self.tail((effective + 0.12 + 0.11 / effective) * largest)
        let small = new.count { calibration.pValue(of: $0) <= Self.smallPValue }
        smallShare = Double(small) / n
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
