/// The scores of held-out normal images, against which new scores are judged.
///
/// What it says holds for any distribution of scores and any number of held-out images, as long
/// as a new normal image is exchangeable with them: taken from the same source, and not used in
/// training.
///
/// > Source: Vovk, Gammerman, Shafer (2005), "Algorithmic Learning in a Random World" (conformal
/// > p-values); Laxhammar, Falkman (2015) and Bates et al. (2023) use them for anomaly detection.
public struct ConformalCalibration: Sendable, Equatable {
    /// The held-out normal scores, from the lowest to the highest; never empty, all finite.
    public let scores: [Float]

    /// Creates a calibration.
    ///
    /// - Parameter scores: The scores of held-out normal images, in any order.
    /// - Throws: ``CalibrationError`` when there are no scores or one is not finite.
    public init(scores: [Float]) throws(CalibrationError) {
        guard !scores.isEmpty else { throw .empty }
        if let index = scores.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(index: index)
        }
        // Adding zero leaves no -0.0, whose place among zeros the order of the input would decide.
        self.scores = scores.map { $0 + 0 }.sorted()
    }

    /// Returns the probability, for a normal image, of a score as high as this one or higher.
    ///
    /// Over normal images the p-value is at most `u` with a probability of at most `u`, for
    /// every `u`. NaN is a programmer's error and stops the program.
    ///
    /// - Parameter score: A new image's score.
    /// - Returns: `(1 + held-out scores that are not below it) / (held-out scores + 1)`.
    /// - Complexity: O(log n) in the number of held-out scores.
    public func pValue(of score: Float) -> Double {
        precondition(!score.isNaN, "a score is NaN")
        var low = 0
        var high = scores.count
        while low < high {
            let middle = (low + high) / 2
            if scores[middle] < score { low = middle + 1 } else { high = middle }
        }
        return share(1 + scores.count - low)
    }

    /// Returns the lowest threshold that keeps a false-alarm rate.
    ///
    /// An image is flagged when its score is above the threshold. When there are enough held-out
    /// images, that is the case exactly when its p-value is at most the wanted rate. When there
    /// are too few, the threshold is the highest held-out score, which keeps a rate of
    /// `1 / (held-out scores + 1)`.
    ///
    /// - Parameter falseAlarmRate: The wanted share of normal images that are flagged, in (0, 1);
    ///   other values are a programmer's error.
    /// - Returns: The threshold and what it guarantees.
    public func threshold(falseAlarmRate: Double) -> ConformalThreshold {
        precondition(falseAlarmRate > 0 && falseAlarmRate < 1, "the rate must be in (0, 1)")
        // The most of `count + 1` exchangeable images that may be flagged. It is settled by the
        // same divisions as the p-value, so that rounding can't make the two disagree.
        var flagged = Int(falseAlarmRate * Double(scores.count + 1))
        while share(flagged) > falseAlarmRate { flagged -= 1 }
        while share(flagged + 1) <= falseAlarmRate { flagged += 1 }
        let isSufficient = flagged > 0
        let allowed = max(1, flagged)
        return ConformalThreshold(
            value: scores[scores.count - allowed],
            wantedRate: falseAlarmRate,
            guaranteedRate: share(allowed),
            isSufficient: isSufficient,
            normalsNeeded: Self.normalsNeeded(falseAlarmRate: falseAlarmRate)
        )
    }

    /// Returns the smallest number of held-out normal images that is enough for a false-alarm
    /// rate.
    ///
    /// - Parameter falseAlarmRate: The wanted rate, in (0, 1); other values are a programmer's
    ///   error.
    /// - Returns: The smallest `n` with `1 / (n + 1) <= falseAlarmRate`, below `2^53`.
    public static func normalsNeeded(falseAlarmRate: Double) -> Int {
        precondition(falseAlarmRate > 0 && falseAlarmRate < 1, "the rate must be in (0, 1)")
        let rate = max(falseAlarmRate, 0x1p-53)
        var images = Int(1 / rate)
        // Settled by the same division as the threshold, so that rounding can't part the two.
        while 1 / Double(images) > rate { images += 1 }
        while images > 2, 1 / Double(images - 1) <= rate { images -= 1 }
        return images - 1
    }

    private func share(_ images: Int) -> Double { Double(images) / Double(scores.count + 1) }
}

extension ConformalCalibration: Codable {
    private enum CodingKeys: String, CodingKey {
        case scores
    }

    /// Reads a calibration and checks it as ``init(scores:)`` does.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let scores = try container.decode([Float].self, forKey: .scores)
        do {
            try self.init(scores: scores)
        } catch {
            throw DecodingError.dataCorruptedError(
                forKey: .scores,
                in: container,
                debugDescription: error.description
            )
        }
    }
}
