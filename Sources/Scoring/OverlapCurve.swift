/// The area under the per-region overlap over the false-positive rate, up to a limit.
struct OverlapCurve {
    private let limit: Double
    private var rate = 0.0
    private var overlap = 0.0
    private var area = 0.0

    /// Creates a curve that starts at rate 0 and overlap 0.
    init(limit: Double) { self.limit = limit }

    /// Draws a straight line to the next point; rates never fall.
    mutating func addPoint(rate newRate: Double, overlap newOverlap: Double) {
        if newRate <= limit {
            area += (newRate - rate) * (overlap + newOverlap) / 2
        } else if rate < limit {
            let part = (limit - rate) / (newRate - rate)
            let overlapAtLimit = overlap + part * (newOverlap - overlap)
            area += (limit - rate) * (overlap + overlapAtLimit) / 2
        }
        rate = newRate
        overlap = newOverlap
    }

    /// The area divided by the limit, in [0, 1], when the last rate has passed the limit.
    var normalizedArea: Double { area / limit }
}
