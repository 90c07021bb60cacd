extension Matrix {
    /// The nearest matrix with orthonormal rows, and the one that correlates most with this.
    ///
    /// With the singular value decomposition `U S V^T` of the matrix it is `U V^T`: among all `Q` with `Q Q^T = I` it has
    /// the largest `trace(Q M^T)` and the least `|M - Q|`. Where the rank is deficient the missing directions are filled
    /// with unit vectors made orthogonal to the others, so that the rows are orthonormal for any finite matrix, one of
    /// zeros included. Solved in double precision.
    ///
    /// - Precondition: At most as many rows as columns.
    /// - Returns: Shape `[rows, columns]`.
    /// - Complexity: About `10 * rows^3 + rows^2 * columns` multiply-adds.
    ///
    /// > Source: Schönemann (1966), "A generalized solution of the orthogonal Procrustes problem"; Higham (1986), "Computing
    /// > the polar decomposition". We take `U` from the eigenvectors of `M M^T` and `V` by Gram-Schmidt from `U^T M`, which
    /// > costs nothing in orthogonality and, of the trace, what singular values below 1e-7 of the largest hold.
    public var polarFactor: Matrix {
        precondition(rows <= columns, "the rows of a wide matrix can't be orthonormal")
        let largest = elements.reduce(Float(0)) { max($0, abs($1)) }
        // Brought to 1, so that squares neither overflow nor vanish.
        let scale = largest > 0 ? 1 / Double(largest) : 0
        let scaled = elements.map { Double($0) * scale }
        let (_, left) = SymmetricEigen.jacobi(Self.gram(scaled, rows, columns), size: rows)
        var right = Self.product(left, scaled, rows, rows, columns)
        Self.orthonormalize(&right, rows, columns)
        var turned = [Double](repeating: 0, count: rows * rows)
        for row in 0..<rows {
            for column in 0..<rows { turned[column * rows + row] = left[row * rows + column] }
        }
        return Matrix(
            rows: rows,
            columns: columns,
            filledWith: Self.product(turned, right, rows, rows, columns).map(Float.init)
        )
    }

    /// The inner products of all rows.
    private static func gram(_ matrix: [Double], _ rows: Int, _ columns: Int) -> [Double] {
        var result = [Double](repeating: 0, count: rows * rows)
        unsafe matrix.withUnsafeBufferPointer { matrix in
            for row in 0..<rows {
                for other in 0...row {
                    var sum = 0.0
                    for column in 0..<columns {
                        unsafe sum +=
                            matrix[row * columns + column]
                            * matrix[other * columns + column]
                    }
                    result[row * rows + other] = sum
                    result[other * rows + row] = sum
                }
            }
        }
        return result
    }

    private static func product(
        _ left: [Double],
        _ right: [Double],
        _ rows: Int,
        _ depth: Int,
        _ columns: Int
    ) -> [Double] {
        var result = [Double](repeating: 0, count: rows * columns)
        unsafe right.withUnsafeBufferPointer { right in
            unsafe result.withUnsafeMutableBufferPointer { result in
                for row in 0..<rows {
                    for k in 0..<depth {
                        let factor = left[row * depth + k]
                        for column in 0..<columns {
                            unsafe result[row * columns + column] +=
                                factor * right[k * columns + column]
                        }
                    }
                }
            }
        }
        return result
    }

    /// Gram-Schmidt on the rows in their order; what vanishes becomes the unit vector least covered so far.
    private static func orthonormalize(_ matrix: inout [Double], _ rows: Int, _ columns: Int) {
        // The share of each unit vector that the rows done so far cover.
        var covered = [Double](repeating: 0, count: columns)
        var largest = 0.0
        for row in 0..<rows {
            let start = row * columns
            var norm = matrix.norm(of: start..<start + columns)
            largest = max(largest, norm)
            // Rows come with their singular value as norm; below this it is rounding.
            if norm > 1e-9 * largest {
                for _ in 0..<2 { norm = matrix.project(row, columns) }
            }
            if !(norm > 1e-9 * largest) || largest == 0 {
                let place = covered.indices.min { covered[$0] < covered[$1] } ?? 0
                for column in 0..<columns { matrix[start + column] = 0 }
                matrix[start + place] = 1
                for _ in 0..<2 { norm = matrix.project(row, columns) }
            }
            for column in 0..<columns {
                matrix[start + column] /= norm
                covered[column] += matrix[start + column] * matrix[start + column]
            }
        }
    }
}

extension [Double] {
    fileprivate func norm(of range: Range<Int>) -> Double {
        var sum = 0.0
        for index in range { sum += self[index] * self[index] }
        return sum.squareRoot()
    }

    /// Takes the unit rows before a row out of it and returns the norm that is left.
    fileprivate mutating func project(_ row: Int, _ columns: Int) -> Double {
        let start = row * columns
        for other in 0..<row {
            let base = other * columns
            var overlap = 0.0
            for column in 0..<columns { overlap += self[start + column] * self[base + column] }
            for column in 0..<columns { self[start + column] -= overlap * self[base + column] }
        }
        return norm(of: start..<start + columns)
    }
}
