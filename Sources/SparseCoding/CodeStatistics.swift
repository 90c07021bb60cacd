internal import Tensors

/// What the codes of some patches say of their prior and noise.
struct CodeStatistics {
    /// The maximum likelihood rates of exponential priors: one over the mean code of each atom, shape `[atoms]`.
    let rates: [Float]
    /// The share of coefficients that are not zero; of a signed pair at most one is.
    let density: Float
    /// The mean squared error of a component, above 0.
    let noiseVariance: Float

    /// Codes patches, a block at a time.
    init(of patches: Matrix, coder: SparseCoder) {
        let count = coder.dictionary.count
        var sums = [Double](repeating: 0, count: count)
        var active = 0
        var error = 0.0
        let block = 1024
        for first in stride(from: 0, to: patches.rows, by: block) {
            let rows = first..<min(first + block, patches.rows)
            let columns = patches.columns
            let part = Matrix(
                rows: rows.count,
                columns: columns,
                filledWith: Array(
                    patches.elements[rows.lowerBound * columns..<rows.upperBound * columns]
                )
            )
            let codes = coder.encode(part)
            var place = 0
            while place < codes.elements.count {
                for atom in 0..<count {
                    let code = codes.elements[place + atom]
                    sums[atom] += Double(code)
                    if code > 0 { active += 1 }
                }
                place += count
            }
            error += coder.squaredErrors(of: codes, for: part).reduce(0) { $0 + Double($1) }
        }
        let samples = max(1, patches.rows)
        rates = ExponentialPrior(magnitudes: sums, count: samples, signed: coder.signed).rates
        density = Float(active) / Float(max(1, patches.rows * count))
        noiseVariance = Float(max(1e-6, error / Double(samples * max(1, patches.columns))))
    }
}
