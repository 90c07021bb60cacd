/// The kernels in plain double precision: slow, and what the fast ones are tested against.
public enum ReferenceKernels {
    /// The product of two matrices, each sum in increasing order of depth.
    public static func multiply(_ left: Matrix, _ right: Matrix) -> [Double] {
        precondition(left.columns == right.rows, "depths differ")
        var result = [Double](repeating: 0, count: left.rows * right.columns)
        for row in 0..<left.rows {
            for column in 0..<right.columns {
                var sum = 0.0
                for k in 0..<left.columns {
                    sum += Double(left[row, k]) * Double(right[k, column])
                }
                result[row * right.columns + column] = sum
            }
        }
        return result
    }

    /// The soft threshold with non-negative outputs; the negative part follows when signed.
    public static func shrink(_ values: [Double], penalties: [Double], signed: Bool) -> [Double] {
        let positive = zip(values, penalties).map { max(0, $0 - $1) }
        guard signed else { return positive }
        return positive + zip(values, penalties).map { max(0, -$0 - $1) }
    }

    /// The patch of a map around a place, continued by reflection, channels together.
    public static func patch(
        of map: FeatureMap,
        row: Int,
        column: Int,
        window: Int
    ) -> [Double] {
        var result: [Double] = []
        for dy in -(window / 2)...window / 2 {
            for dx in -(window / 2)...window / 2 {
                let y = reflect(row + dy, map.height)
                let x = reflect(column + dx, map.width)
                for channel in 0..<map.channels { result.append(Double(map[y, x, channel])) }
            }
        }
        return result
    }

    private static func reflect(_ index: Int, _ count: Int) -> Int {
        if count == 1 { return 0 }
        var index = index
        while index < 0 || index >= count {
            index = index < 0 ? -index : 2 * (count - 1) - index
        }
        return index
    }

    /// Mean and variance of some numbers.
    public static func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, variance)
    }

    /// What remains of features when a mean and a linear function of some codes are taken off.
    ///
    /// - Parameters:
    ///   - features: Shape `[positions, dimension]`.
    ///   - means: Shape `[positions, dimension]`.
    ///   - loadings: Shape `[positions * codes.count, dimension]`.
    ///   - codes: Any number of them.
    /// - Returns: Shape `[positions * dimension]`.
    public static func deviations(
        of features: Matrix,
        from means: Matrix,
        loadings: BFloat16Matrix,
        codes: [Float]
    ) -> [Double] {
        var result: [Double] = []
        for position in 0..<features.rows {
            for column in 0..<features.columns {
                var expected = Double(means[position, column])
                for (factor, code) in codes.enumerated() {
                    let loading = loadings[position * codes.count + factor, column]
                    expected += Double(loading) * Double(code)
                }
                result.append(Double(features[position, column]) - expected)
            }
        }
        return result
    }

    /// The squared norms of lower triangles, column after column, times vectors.
    ///
    /// - Parameters:
    ///   - triangles: Shape `[positions, dimension (dimension + 1) / 2]`.
    ///   - vectors: Shape `[positions, dimension]`.
    /// - Returns: Shape `[positions]`.
    public static func triangleNorms(_ triangles: BFloat16Matrix, _ vectors: Matrix) -> [Double] {
        (0..<vectors.rows).map { position in
            var product = [Double](repeating: 0, count: vectors.columns)
            var entry = 0
            for column in 0..<vectors.columns {
                for row in column..<vectors.columns {
                    product[row] +=
                        Double(triangles[position, entry]) * Double(vectors[position, column])
                    entry += 1
                }
            }
            return product.reduce(0) { $0 + $1 * $1 }
        }
    }
}
