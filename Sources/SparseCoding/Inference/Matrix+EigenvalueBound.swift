internal import Tensors

extension Matrix {
    /// An upper bound of the largest eigenvalue of a symmetric positive semi-definite matrix, tight to a few thousandths.
    ///
    /// The Frobenius norm of `S^p` is at least the `p`-th power of the largest eigenvalue and at most `sqrt(size)` times it.
    /// `p = 1024` by ten squarings, so that the bound is safe without a start vector that might miss the eigenvector;
    /// a gradient step of one over it never overshoots.
    ///
    /// - Complexity: `10 size^3` multiply-adds.
    func largestEigenvalueBound(kernels: Kernels) -> Float {
        precondition(rows == columns, "the matrix must be square")
        var power = self
        var bound = 1.0
        for squarings in 0...10 {
            if squarings > 0 { power = kernels.multiply(power, power) }
            let squares = power.elements.reduce(0) { $0 + Double($1) * Double($1) }
            let norm = squares.squareRoot()
            if norm == 0 { return 0 }
            let share = Float(1 / norm)
            for index in power.elements.indices { power.elements[index] *= share }
            var root = norm
            for _ in 0..<squarings { root = root.squareRoot() }
            bound *= root
        }
        // Above what rounding in the products can take away.
        return Float(bound * 1.0002)
    }
}
