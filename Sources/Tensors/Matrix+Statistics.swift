extension Matrix {
    /// The mean of the rows and their covariance (divided by the number of rows).
    ///
    /// - Returns: Shapes `[columns]` and `[columns, columns]`.
    /// - Complexity: `rows * columns^2` multiply-adds.
    public func meanAndCovariance(kernels: Kernels) -> (mean: [Float], covariance: Matrix) {
        precondition(rows > 0, "no rows to take the mean of")
        var sums = [Double](repeating: 0, count: columns)
        for row in 0..<rows {
            let start = row * columns
            for column in 0..<columns { sums[column] += Double(elements[start + column]) }
        }
        let mean = sums.map { Float($0 / Double(rows)) }
        var covariance = Matrix(rows: columns, columns: columns)
        // Blocks, so that only a block of centred rows is held besides the matrix.
        let blockRows = 512
        for first in Swift.stride(from: 0, to: rows, by: blockRows) {
            let count = min(blockRows, rows - first)
            var block = Matrix(rows: count, columns: columns)
            for row in 0..<count {
                let source = (first + row) * columns
                let target = row * columns
                for column in 0..<columns {
                    block.elements[target + column] = elements[source + column] - mean[column]
                }
            }
            let left = block.transposed
            let right = kernels.pack(block)
            unsafe left.elements.withUnsafeBufferPointer { data in
                unsafe covariance.elements.withUnsafeMutableBufferPointer { out in
                    guard let data = data.baseAddress, let out = out.baseAddress else { return }
                    unsafe kernels.product(
                        .init(data, rows: columns, stride: count, length: count),
                        right,
                        into: out,
                        outStride: columns,
                        accumulate: true
                    )
                }
            }
        }
        let share = 1 / Float(rows)
        for index in covariance.elements.indices { covariance.elements[index] *= share }
        return (mean, covariance)
    }
}
