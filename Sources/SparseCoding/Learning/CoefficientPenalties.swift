public import Tensors

/// Ways to set the penalty of each coefficient from the responses of samples, at least 0.
public enum CoefficientPenalties {
    /// Penalties of so many standard deviations (around 0) of each atom's response.
    ///
    /// - Parameters:
    ///   - factor: The standard deviations, at least 0.
    ///   - responses: Shape `[samples, atoms]`.
    /// - Returns: Shape `[atoms]`.
    public static func spread(_ factor: Float, of responses: Matrix) -> [Float] {
        let count = responses.columns
        var squares = [Double](repeating: 0, count: count)
        for (index, value) in responses.elements.enumerated() {
            squares[index % count] += Double(value) * Double(value)
        }
        return squares.map {
            Float(($0 / Double(max(1, responses.rows))).squareRoot()) * factor
        }
    }

    /// Penalties that leave each coefficient active on a wanted share of patches.
    ///
    /// The penalty is the response that is the `j`-th largest of `n`, `j` the rate of `n + 1`, rounded: a new patch from the
    /// same distribution exceeds it with probability `j / (n + 1)`. A coefficient whose responses are positive less often
    /// than wanted gets penalty 0, and stays below the rate: a penalty below 0 would be no sparse prior.
    ///
    /// - Parameters:
    ///   - rate: The wanted share, in `0...1`.
    ///   - responses: Shape `[samples, atoms]`, samples at least 1.
    ///   - signed: Whether a negative response makes a code too.
    /// - Returns: Shape `[atoms]`.
    public static func activation(rate: Float, of responses: Matrix, signed: Bool) -> [Float] {
        precondition(responses.rows > 0, "no responses to set penalties from")
        precondition(rate >= 0 && rate <= 1, "the rate must be in 0...1")
        let samples = responses.rows
        let rank = (Double(rate) * Double(samples + 1)).rounded()
        let place = min(max(Int(rank), 1), samples) - 1
        return (0..<responses.columns).map { atom in
            let sizes = (0..<samples).map { sample in
                signed ? abs(responses[sample, atom]) : responses[sample, atom]
            }
            return max(0, sizes.sorted(by: >)[place])
        }
    }
}
