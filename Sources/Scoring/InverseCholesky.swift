/// The inverse of the Cholesky factor of a covariance with a floor under it, as lower triangles row after row.
///
/// A covariance from sums in single precision may have directions of negative variance, which the floor need not lift
/// above zero when images are all alike; the floor is then raised until it does, so that the result is finite for
/// any finite covariance. Of a covariance that is not, the result has no number either.
func inverseCholesky(_ covariance: [Double], dimension: Int, floor: Double) -> [Double] {
    var floor = floor
    while true {
        var factor = covariance
        for row in 0..<dimension { factor[row * (row + 3) / 2] += floor }
        if factorize(&factor, dimension: dimension, leastPivot: floor / 2) {
            invert(&factor, dimension: dimension)
            return factor
        }
        floor *= 10
    }
}

/// Replaces a lower triangle by its Cholesky factor, or returns false at the first pivot below the least.
private func factorize(_ matrix: inout [Double], dimension: Int, leastPivot: Double) -> Bool {
    for row in 0..<dimension {
        let start = row * (row + 1) / 2
        for column in 0...row {
            let other = column * (column + 1) / 2
            var sum = matrix[start + column]
            for k in 0..<column { sum -= matrix[start + k] * matrix[other + k] }
            if column == row {
                if sum < leastPivot { return false }
                matrix[start + row] = sum.squareRoot()
            } else {
                matrix[start + column] = sum / matrix[other + column]
            }
        }
    }
    return true
}

/// Inverts a triangular factor in place, column by column.
private func invert(_ matrix: inout [Double], dimension: Int) {
    for column in 0..<dimension {
        let diagonal = column * (column + 3) / 2
        matrix[diagonal] = 1 / matrix[diagonal]
        for row in column + 1..<max(dimension, column + 1) {
            let start = row * (row + 1) / 2
            var sum = 0.0
            for k in column..<row { sum += matrix[start + k] * matrix[k * (k + 1) / 2 + column] }
            matrix[start + column] = -sum / matrix[start + row]
        }
    }
}
