public import Tensors

extension ScoreFusion {
    /// Sharpens a fused map by the maps of the finest scale.
    ///
    /// Detectors on small versions of an image see large defects and blur where small ones lie. At each position the
    /// result is the geometric mean of what all detectors say and what those of the finest scale say, brought to one
    /// scale by a single factor: the mean of its top share is that of the fused map, so that the score of the image is
    /// also the score of the sharpened map.
    ///
    /// - Parameters:
    ///   - fused: What ``fuse(_:head:)`` made of all maps, by ``inUnits(_:)``.
    ///   - finest: The calibrated maps of the detectors that see the most pixels, of the same shape.
    /// - Returns: The sharpened map; `fused` itself where the finest scale says nothing of its own: it has no maps, or
    ///   nothing stands out at all.
    public func sharpen(_ fused: Matrix, finest: [Matrix]) -> Matrix {
        guard rule != .head, !finest.isEmpty else { return fused }
        let fine = inUnits(fuse(finest))
        var result = fused
        for index in result.elements.indices {
            let (all, some) = (fused.elements[index], fine.elements[index])
            // Where the finest scale sees nothing at all the others still tell one place from another.
            if all > 0 {
                result.elements[index] = (all * max(some, Self.leastShare * all)).squareRoot()
            }
        }
        let (wanted, found) = (topMean(fused), topMean(result))
        guard wanted > 0, found > 0, (wanted / found).isFinite else { return fused }
        let factor = wanted / found
        for index in result.elements.indices where result.elements[index] > 0 {
            result.elements[index] *= factor
        }
        return result
    }

    /// The least that the finest scale is taken to say, as a share of what all detectors say.
    private static let leastShare: Float = 0.05
}
