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
}
