/// Measures of how well scores tell anomalous items from normal ones.
///
/// Each function takes one score and one label per item, in any order; higher scores mean more
/// anomalous. A measure that needs a class that is missing is nil. NaN among the scores, or
/// unequal counts of scores and labels, is a programmer's error and stops the program.
public enum RankMetrics {
    /// The highest F1 of all thresholds, with the threshold that gives it.
    public struct BestF1: Sendable, Equatable, Codable {
        /// The F1, the harmonic mean of precision and recall, in [0, 1].
        public let f1: Double
        /// The score above which an item counts as anomalous, in the scores' units.
        public let threshold: Float
    }

    /// Returns the area under the ROC curve; equal scores count half.
    ///
    /// - Parameters:
    ///   - scores: One score per item, shape `[items]`.
    ///   - isAnomalous: One label per item, shape `[items]`.
    /// - Returns: The probability, in [0, 1], that an anomalous item has a higher score than a
    ///   normal one, or nil when a class is missing.
    /// - Complexity: O(n log n) in the number of items.
    public static func auroc(scores: [Float], isAnomalous: [Bool]) -> Double? {
        curve(of: levels(scores: scores, isAnomalous: isAnomalous))?.auroc
    }

    /// Returns the average precision: the precision at each recall step, weighted by the step.
    ///
    /// The precision-recall curve is not interpolated, as in scikit-learn.
    ///
    /// - Parameters:
    ///   - scores: One score per item, shape `[items]`.
    ///   - isAnomalous: One label per item, shape `[items]`.
    /// - Returns: The average precision in [0, 1], or nil when a class is missing.
    /// - Complexity: O(n log n) in the number of items.
    public static func averagePrecision(scores: [Float], isAnomalous: [Bool]) -> Double? {
        curve(of: levels(scores: scores, isAnomalous: isAnomalous))?.averagePrecision
    }

    /// Returns the highest F1 of all thresholds.
    ///
    /// The threshold lies halfway between the lowest flagged score and the next one below it. Of
    /// thresholds with the same F1 the highest is taken, which flags the fewest.
    ///
    /// - Parameters:
    ///   - scores: One score per item, shape `[items]`.
    ///   - isAnomalous: One label per item, shape `[items]`.
    /// - Returns: The F1 and its threshold, or nil when a class is missing.
    /// - Complexity: O(n log n) in the number of items.
    public static func bestF1(scores: [Float], isAnomalous: [Bool]) -> BestF1? {
        let levels = levels(scores: scores, isAnomalous: isAnomalous)
        let positives = isAnomalous.count { $0 }
        guard positives > 0, positives < scores.count else { return nil }
        var best: BestF1?
        var flagged = 0
        var truePositives = 0
        for (index, level) in levels.enumerated() {
            flagged += level.positives + level.negatives
            truePositives += level.positives
            let f1 = 2 * Double(truePositives) / Double(flagged + positives)
            guard f1 > best?.f1 ?? 0 else { continue }
            let next = index + 1 < levels.count ? levels[index + 1].score : nil
            guard let threshold = threshold(below: level.score, notBelow: next) else { continue }
            best = BestF1(f1: f1, threshold: threshold)
        }
        return best
    }

    /// Returns the share of normal items that a threshold flags wrongly.
    ///
    /// - Parameters:
    ///   - scores: One score per item, shape `[items]`.
    ///   - isAnomalous: One label per item, shape `[items]`.
    ///   - threshold: Items with a score above it are flagged.
    /// - Returns: A share in [0, 1], or nil when no item is normal.
    public static func falseAlarmRate(
        scores: [Float],
        isAnomalous: [Bool],
        threshold: Float
    ) -> Double? {
        let shares = flaggedShares(scores: scores, isAnomalous: isAnomalous, threshold: threshold)
        return shares.normal
    }

    /// Returns the share of anomalous items that a threshold does not flag.
    ///
    /// - Parameters:
    ///   - scores: One score per item, shape `[items]`.
    ///   - isAnomalous: One label per item, shape `[items]`.
    ///   - threshold: Items with a score above it are flagged.
    /// - Returns: A share in [0, 1], or nil when no item is anomalous.
    public static func missRate(
        scores: [Float],
        isAnomalous: [Bool],
        threshold: Float
    ) -> Double? {
        let shares = flaggedShares(scores: scores, isAnomalous: isAnomalous, threshold: threshold)
        return shares.anomalous.map { 1 - $0 }
    }

    /// The items that share one score.
    private struct Level {
        let score: Float
        var positives = 0
        var negatives = 0
    }

    /// The levels from the highest score to the lowest.
    private static func levels(scores: [Float], isAnomalous: [Bool]) -> [Level] {
        check(scores: scores, isAnomalous: isAnomalous)
        // Score and label in one number, so that plain numbers are sorted and not pairs.
        var keys = zip(scores, isAnomalous).map { score, label in
            UInt64(FloatOrder.key(of: score)) << 1 | (label ? 1 : 0)
        }
        keys.sort(by: >)
        var levels: [Level] = []
        for key in keys {
            let score = FloatOrder.value(of: UInt32(key >> 1))
            if levels.last?.score != score { levels.append(Level(score: score)) }
            if key & 1 == 1 {
                levels[levels.count - 1].positives += 1
            } else {
                levels[levels.count - 1].negatives += 1
            }
        }
        return levels
    }

    private static func curve(of levels: [Level]) -> RankCurve? {
        let positives = levels.reduce(0) { $0 + $1.positives }
        let negatives = levels.reduce(0) { $0 + $1.negatives }
        guard var curve = RankCurve(positives: positives, negatives: negatives) else { return nil }
        for level in levels {
            curve.addLevel(positives: level.positives, negatives: level.negatives)
        }
        return curve
    }

    /// A threshold that `score` is above and `next` is not, or nil when no float is below `score`.
    private static func threshold(below score: Float, notBelow next: Float?) -> Float? {
        guard let next else {
            return score > -.infinity ? score.nextDown : nil
        }
        let middle = Float((Double(score) + Double(next)) / 2)
        // No float may lie between the two, and the middle to an infinity is one or NaN.
        return middle < score && middle >= next ? middle : next
    }

    private static func flaggedShares(
        scores: [Float],
        isAnomalous: [Bool],
        threshold: Float
    ) -> (normal: Double?, anomalous: Double?) {
        check(scores: scores, isAnomalous: isAnomalous)
        precondition(!threshold.isNaN, "the threshold is NaN")
        var counts = (normal: 0, anomalous: 0)
        var flagged = (normal: 0, anomalous: 0)
        for (score, label) in zip(scores, isAnomalous) {
            if label {
                counts.anomalous += 1
                if score > threshold { flagged.anomalous += 1 }
            } else {
                counts.normal += 1
                if score > threshold { flagged.normal += 1 }
            }
        }
        func share(_ part: Int, of whole: Int) -> Double? {
            whole > 0 ? Double(part) / Double(whole) : nil
        }
        return (
            share(flagged.normal, of: counts.normal),
            share(flagged.anomalous, of: counts.anomalous)
        )
    }

    private static func check(scores: [Float], isAnomalous: [Bool]) {
        precondition(scores.count == isAnomalous.count, "scores and labels differ in number")
        precondition(!scores.contains { $0.isNaN }, "a score is NaN")
    }
}
