public import Tensors

/// How calibrated maps become one map, and a map becomes one score.
public struct ScoreFusion: Sendable, Equatable, Codable {
    /// How calibrated maps become one.
    public enum Rule: String, Sendable, Equatable, Codable, CaseIterable {
        /// The largest value at each position: one detector that is sure is enough.
        case largest
        /// The root of the sum of squares of the values above zero: detectors that agree count for more than one alone.
        case evidence
        /// The mean value at each position.
        case mean
        /// What a learned ``MapHead`` says; the evidence where there is no head yet.
        case head
    }

    /// How calibrated maps become one.
    public var rule: Rule
    /// The share of positions whose mean is the score of an image, above 0 and at most 0.5; at least one position counts.
    public var topShare: Float
    /// Whether the score is in units of the image's own spread: how far its top stands above its median, in standard
    /// deviations of its map.
    public var isRelative: Bool
    /// Whether training keeps this fusion whatever it measures.
    public var isPinned: Bool

    /// Creates a fusion.
    public init(
        rule: Rule = .evidence,
        topShare: Float = 0.01,
        isRelative: Bool = false,
        isPinned: Bool = false
    ) {
        self.rule = rule
        self.topShare = topShare
        self.isRelative = isRelative
        self.isPinned = isPinned
    }

    private enum CodingKeys: String, CodingKey {
        case rule, topShare
        case isRelative = "relative"
        case isPinned = "pinned"
    }

    /// Reads a declaration; one from before there was a choice is that of the largest value.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            rule: try values.decodeIfPresent(Rule.self, forKey: .rule) ?? .largest,
            topShare: try values.decode(Float.self, forKey: .topShare),
            isRelative: try values.decodeIfPresent(Bool.self, forKey: .isRelative) ?? false,
            isPinned: try values.decodeIfPresent(Bool.self, forKey: .isPinned) ?? false
        )
    }

    /// Fuses maps by the rule.
    ///
    /// - Parameters:
    ///   - maps: In standard deviations, all of one shape; at least one.
    ///   - head: The head that the rule may name.
    /// - Returns: The fused map, of the same shape.
    public func fuse(_ maps: [Matrix], head: MapHead? = nil) -> Matrix {
        precondition(!maps.isEmpty, "no maps")
        if rule == .head, let head { return head.map(maps) }
        var result = maps[0]
        for index in result.elements.indices {
            var largest = -Float.infinity
            var squares: Float = 0
            var sum: Float = 0
            for map in maps {
                let value = map.elements[index]
                largest = max(largest, value)
                sum += value
                if value > 0 { squares += value * value }
            }
            switch rule {
            case .largest: result.elements[index] = largest
            // Where nothing is above zero the largest value still tells which is closer to it.
            case .evidence, .head:
                result.elements[index] = largest > 0 ? squares.squareRoot() : largest
            case .mean: result.elements[index] = sum / Float(maps.count)
            }
        }
        return result
    }

    /// The score of an image: the mean of the top share of its map, in the map's units or in those of its own spread.
    public func score(_ map: Matrix) -> Float { topMean(inUnits(map)) }

    /// A fused map in the units of the score: its own, or how far each position stands above the image's median in
    /// standard deviations of the image.
    public func inUnits(_ map: Matrix) -> Matrix {
        guard isRelative else { return map }
        let mean = map.elements.reduce(0.0) { $0 + Double($1) } / Double(map.elements.count)
        let variance =
            map.elements.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
            / Double(map.elements.count)
        let median = map.elements.sorted(by: >)[map.elements.count / 2]
        // A map without any spread has no top either.
        let spread = Float(max(variance.squareRoot(), 1e-3))
        var result = map
        for index in result.elements.indices {
            result.elements[index] = (map.elements[index] - median) / spread
        }
        return result
    }

    /// The mean of the top share of a map.
    func topMean(_ map: Matrix) -> Float {
        let count = max(1, Int((Float(map.elements.count) * topShare).rounded()))
        let top = map.elements.sorted(by: >).prefix(count)
        return Float(top.reduce(0.0) { $0 + Double($1) } / Double(count))
    }
}
