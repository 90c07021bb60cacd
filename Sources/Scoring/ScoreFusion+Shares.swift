extension ScoreFusion {
    /// How much each map contributes to the fused value of one position.
    ///
    /// By ``Rule/evidence`` the fused value's square is a sum over the maps, whose terms these are; by ``Rule/largest`` it is
    /// one map's value, by ``Rule/mean`` a sum of values. The head's own terms have both signs: its shares are those of the
    /// evidence that it reads.
    ///
    /// - Parameter values: The calibrated maps' values at the position, in one unit whichever; values below zero speak for
    ///   a normal image and have no share.
    /// - Returns: A share for each map in `0...1`; their sum is 1, or 0 where no value is above zero.
    public func shares(of values: [Float]) -> [Float] {
        let above = values.map { $0.isNaN ? 0 : max(0, $0) }
        guard let largest = above.max(), largest > 0 else { return values.map { _ in 0 } }
        if rule == .largest {
            let first = above.firstIndex(of: largest)
            return above.indices.map { $0 == first ? 1 : 0 }
        }
        // Relative to the largest, so that squares of large values stay finite.
        let terms = above.map { value -> Float in
            let ratio = value.isInfinite ? 1 : value / largest
            return rule == .mean ? ratio : ratio * ratio
        }
        let sum = terms.reduce(0, +)
        return terms.map { $0 / sum }
    }
}
