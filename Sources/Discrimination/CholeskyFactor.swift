/// The lower triangular factor of a symmetric positive definite matrix.
struct CholeskyFactor {
    private let size: Int
    private let lower: [Double]

    /// Factors a matrix of shape `[size, size]`.
    ///
    /// A matrix that rounding has made indefinite gets a little added to its diagonal, ten times as
    /// much with each try. Returns nil when that does not help.
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

    /// Row by row, so that all sums run along memory.
    private static func factor(_ matrix: [Double], size: Int, extra: Double) -> [Double]? {
        var lower = matrix
        let isPositive = unsafe lower.withUnsafeMutableBufferPointer { buffer -> Bool in
            guard let start = buffer.baseAddress else { return true }
            for i in 0..<size {
                let row = unsafe start + i * size
                for j in 0..<i {
                    let other = unsafe start + j * size
                    let sum = unsafe row[j] - dot(row, other, count: j)
                    unsafe row[j] = sum / other[j]
                }
                let pivot = unsafe row[i] + extra - dot(row, row, count: i)
                guard pivot > 0, pivot.isFinite else { return false }
                unsafe row[i] = pivot.squareRoot()
            }
            return true
        }
        return isPositive ? lower : nil
    }

    private static func dot(
        _ a: UnsafePointer<Double>,
        _ b: UnsafePointer<Double>,
        count: Int
    ) -> Double {
        var sums = SIMD8<Double>.zero
        var index = 0
        while index + 8 <= count {
            let x = unsafe UnsafeRawPointer(a + index).loadUnaligned(as: SIMD8<Double>.self)
            let y = unsafe UnsafeRawPointer(b + index).loadUnaligned(as: SIMD8<Double>.self)
            sums += x * y
            index += 8
        }
        var sum = sums.sum()
        while index < count {
            unsafe sum += a[index] * b[index]
            index += 1
        }
        return sum
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
