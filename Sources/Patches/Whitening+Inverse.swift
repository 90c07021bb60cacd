public import Tensors

extension Whitening {
    /// The way back: what each component of a whitened patch is in a patch.
    ///
    /// The pseudoinverse of the projection, transposed: `(P P^T)^-1 P`, so that `x U + mean` is the patch that a whitened
    /// patch `x` stands for, without what whitening has left out.
    ///
    /// - Parameter kernels: The kernels for the products.
    /// - Returns: Shape `[components, depth]`.
    /// - Complexity: `components^2 * (depth + components)` multiply-adds.
    public func inverse(kernels: Kernels) -> Matrix {
        // Rows differ in length by the spread of the eigenvalues; those of norm 1 leave a tame system.
        var unit = projection
        var norms: [Double] = []
        for row in 0..<projection.rows {
            let norm = projection.row(row).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            norms.append(norm)
            for column in 0..<projection.columns where norm > 0 {
                unit[row, column] = Float(Double(projection[row, column]) / norm)
            }
        }
        let gram = kernels.multiply(unit, unit.transposed)
        var inverse = Self.inverse(ofGram: gram)
        for row in 0..<inverse.rows {
            let scale = norms[row] > 0 ? Float(1 / norms[row]) : 0
            for column in 0..<inverse.columns { inverse[row, column] *= scale }
        }
        return kernels.multiply(inverse, unit)
    }

    /// The inverse of a Gram matrix of unit rows by its Cholesky factor; rows that depend on others count as absent.
    private static func inverse(ofGram gram: Matrix) -> Matrix {
        let count = gram.rows
        var factor = [Double](repeating: 0, count: count * count)
        var isFree = [Bool](repeating: true, count: count)
        for row in 0..<count {
            for column in 0...row {
                var sum = Double(gram[row, column])
                for k in 0..<column { sum -= factor[row * count + k] * factor[column * count + k] }
                if column < row {
                    factor[row * count + column] =
                        isFree[column] ? sum / factor[column * count + column] : 0
                } else {
                    isFree[row] = sum > 1e-5
                    factor[row * count + row] = isFree[row] ? sum.squareRoot() : 1
                }
            }
            if !isFree[row] { for k in 0..<row { factor[row * count + k] = 0 } }
        }
        var result = Matrix(rows: count, columns: count)
        var solution = [Double](repeating: 0, count: count)
        for column in 0..<count where isFree[column] {
            for row in 0..<count {
                var sum = row == column ? 1.0 : 0
                for k in column..<max(column, row) { sum -= factor[row * count + k] * solution[k] }
                solution[row] = row < column ? 0 : sum / factor[row * count + row]
            }
            for row in (0..<count).reversed() {
                var sum = solution[row]
                for k in row + 1..<max(count, row + 1) {
                    sum -= factor[k * count + row] * solution[k]
                }
                solution[row] = sum / factor[row * count + row]
            }
            for row in 0..<count where isFree[row] { result[row, column] = Float(solution[row]) }
        }
        return result
    }
}
