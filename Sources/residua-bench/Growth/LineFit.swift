/// The straight line nearest to points: a cost's fixed part and what each piece adds.
package struct LineFit: Equatable {
    package let fixed: Double
    package let perPiece: Double

    /// Least squares; at least two different counts are needed.
    package init(counts: [Int], costs: [Double]) {
        precondition(counts.count == costs.count && Set(counts).count > 1, "no line")
        let number = Double(counts.count)
        let middle = Double(counts.reduce(0, +)) / number
        let mean = costs.reduce(0, +) / number
        var (products, squares) = (0.0, 0.0)
        for (count, cost) in zip(counts, costs) {
            products += (Double(count) - middle) * (cost - mean)
            squares += (Double(count) - middle) * (Double(count) - middle)
        }
        perPiece = products / squares
        fixed = mean - perPiece * middle
    }
}
