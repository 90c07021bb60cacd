/// The lower triangular factor of a symmetric positive definite matrix.
struct CholeskyFactor {
    private let size: Int
    private let lower: [Double]

    /// Factors a matrix of shape `[size, size]`.
    ///
    /// A matrix that rounding has made indefinite gets a little added to its diagonal, ten times as much with each try.
    /// Returns nil when that does not help.
    init?(_ matrix: [Double], size: Int) {
        self.size = size
        let largest = (0..<size).reduce(0.0) { max($0, matrix[$1 * size + $1]) }
        var extra = 0.0
        for _ in 0..<8 {
            if let lower = Self.factor(matrix, size: size, extra: extra) {
                self.lower = lower
                return
            }
            extra = max(1e-8 * largest, 10 * extra)
        }
        return nil
    }

    private static func factor(_ matrix: [Double], size: Int, extra: Double) -> [Double]? {
        var lower = matrix
        let positive = unsafe lower.withUnsafeMutableBufferPointer { a -> Bool in
            for column in 0..<size {
                let pivot = unsafe a[column * size + column] + extra
                guard pivot > 0, pivot.isFinite else { return false }
                let root = pivot.squareRoot()
                unsafe a[column * size + column] = root
                let inverse = 1 / root
                for row in column + 1..<max(size, column + 1) {
                    unsafe a[row * size + column] *= inverse
                    // The upper triangle keeps the column as a row, so that what follows runs along memory.
                    unsafe a[column * size + row] = a[row * size + column]
                }
                for row in column + 1..<max(size, column + 1) {
                    let factor = unsafe a[column * size + row]
                    if factor == 0 { continue }
                    for other in column + 1...row {
                        unsafe a[row * size + other] -= factor * a[column * size + other]
                    }
                }
            }
            return true
        }
        return positive ? lower : nil
    }

    /// Solves for one right side, shape `[size]`.
    func solve(_ right: [Double]) -> [Double] {
        var x = right
        for row in 0..<size {
            var sum = x[row]
            for column in 0..<row { sum -= lower[row * size + column] * x[column] }
            x[row] = sum / lower[row * size + row]
        }
        for row in (0..<size).reversed() {
            x[row] /= lower[row * size + row]
            for column in 0..<row { x[column] -= lower[row * size + column] * x[row] }
        }
        return x
    }
}
