/// Repeated measurements of one quantity.
struct Measurement: Codable, Equatable {
    /// Which values are good ones.
    enum Direction { case moreIsBetter, lessIsBetter }

    var name: String
    /// The median.
    let value: Double
    let unit: String
    let best: Double
    let median: Double
    let repetitions: Int

    /// Sums up samples, of which there must be one.
    init(_ name: String, unit: String, _ direction: Direction, samples: [Double]) {
        precondition(!samples.isEmpty, "nothing was measured")
        let sorted = samples.sorted()
        let middle = sorted.count / 2
        self.name = name
        self.unit = unit
        median =
            sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        value = median
        best = direction == .moreIsBetter ? sorted[sorted.count - 1] : sorted[0]
        repetitions = samples.count
    }
}
