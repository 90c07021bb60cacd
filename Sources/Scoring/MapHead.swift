public import Tensors

/// A convex read-out of the calibrated maps: what speaks for a defect at each position.
///
/// A logistic regression on each map clipped to `[-3, 12]`, on the power 1.5 of what is above zero, and on the evidence of
/// all maps. Its logit is told in standard deviations of the logits of normal positions, as other maps are.
public struct MapHead: Sendable, Equatable, Codable {
    /// Where the labels came from that a head was learned from.
    public enum Labels: String, Sendable, Equatable, Codable, CaseIterable {
        /// From painted defects.
        case synthetic
        /// From images with real defects; painted ones count a little.
        case anomalous
    }

    /// What a head was learned from, and the proof that it is the optimum.
    public struct Certificate: Sendable, Equatable, Codable {
        /// Where the labels came from.
        public var labels: Labels
        /// The positions that are normal.
        public var negatives: Int
        /// The positions that show a defect.
        public var positives: Int
        /// The weight of half the squared norm of the weights against the mean loss.
        public var penalty: Double
        /// The penalised mean loss.
        public var objective: Double
        /// The norm of its gradient, before weights are rounded to 32 bits.
        public var gradientNorm: Double
        /// The steps of the solver.
        public var iterations: Int

        /// Creates a certificate.
        public init(
            labels: Labels,
            negatives: Int,
            positives: Int,
            penalty: Double,
            objective: Double,
            gradientNorm: Double,
            iterations: Int
        ) {
            self.labels = labels
            self.negatives = negatives
            self.positives = positives
            self.penalty = penalty
            self.objective = objective
            self.gradientNorm = gradientNorm
            self.iterations = iterations
        }

        private enum CodingKeys: String, CodingKey {
            case labels, negatives, positives, penalty, objective, iterations
            case gradientNorm = "gradient_norm"
        }
    }

    /// The weight of each feature, shape `[featureCount(maps:)]`.
    public let weights: [Float]
    /// The logit of a position whose features are zero.
    public let intercept: Float
    /// The mean logit of normal positions.
    public let center: Float
    /// The standard deviation of the logits of normal positions, above 0.
    public let spread: Float
    /// What it was learned from.
    public let certificate: Certificate

    /// Creates a head from stored or learned numbers.
    public init(
        weights: [Float],
        intercept: Float,
        center: Float,
        spread: Float,
        certificate: Certificate
    ) {
        precondition(spread > 0, "a spread is above 0")
        self.weights = weights
        self.intercept = intercept
        self.center = center
        self.spread = spread
        self.certificate = certificate
    }

    /// The features of a position for so many maps.
    public static func featureCount(maps: Int) -> Int { 2 * maps + 1 }

    /// The head's map: its logit in standard deviations from the mean of normal positions.
    ///
    /// - Parameter maps: The calibrated maps that the head was learned for, all of one shape.
    /// - Returns: A map of the same shape.
    public func map(_ maps: [Matrix]) -> Matrix {
        precondition(Self.featureCount(maps: maps.count) == weights.count, "other maps")
        var result = maps[0]
        var row = [Float](repeating: 0, count: weights.count)
        for index in result.elements.indices {
            Self.write(maps, at: index, to: &row)
            var logit = Double(intercept)
            for feature in row.indices { logit += Double(weights[feature]) * Double(row[feature]) }
            result.elements[index] = Float((logit - Double(center)) / Double(spread))
        }
        return result
    }

    /// Writes the features of a position.
    package static func write(_ maps: [Matrix], at index: Int, to row: inout [Float]) {
        var squares: Float = 0
        var largest = lowest
        for (place, map) in maps.enumerated() {
            let value = min(max(map.elements[index], lowest), highest)
            let above = max(value, 0)
            row[2 * place] = value
            // The power 1.5.
            row[2 * place + 1] = above * above.squareRoot()
            squares += above * above
            largest = max(largest, value)
        }
        row[2 * maps.count] = largest > 0 ? squares.squareRoot() : largest
    }

    /// Values are clipped to this range: what lies outside says nothing more about a position.
    private static let (lowest, highest): (Float, Float) = (-3, 12)
}
