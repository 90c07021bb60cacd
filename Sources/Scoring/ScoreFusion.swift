public import Tensors

/// How calibrated maps become one map, and a map becomes one score.
public struct ScoreFusion: Sendable, Equatable, Codable {
    /// The share of positions whose mean is the score of an image, in `0...1`; at least one position counts.
    public var topShare: Float

    /// Creates a fusion.
    public init(topShare: Float = 0.03) { self.topShare = topShare }

    /// The largest of the calibrated maps at each position: one detector that is sure is enough.
    ///
    /// - Parameter maps: In standard deviations, all of one shape; at least one.
    /// - Returns: The fused map, of the same shape.
    public func fuse(_ maps: [Matrix]) -> Matrix {
        precondition(!maps.isEmpty, "no maps")
        var result = maps[0]
        for map in maps.dropFirst() {
            for index in result.elements.indices {
                result.elements[index] = max(result.elements[index], map.elements[index])
            }
        }
        return result
    }

    /// The score of an image: the mean of the top share of its map, in the map's units.
    public func score(_ map: Matrix) -> Float {
        let count = max(1, Int((Float(map.elements.count) * topShare).rounded()))
        let top = map.elements.sorted(by: >).prefix(count)
        return Float(top.reduce(0.0) { $0 + Double($1) } / Double(top.count))
    }
}
