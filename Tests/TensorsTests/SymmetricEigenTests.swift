import Tensors
import Testing

@Suite struct SymmetricEigenTests {
    /// `V diag(values) V'` with a known orthonormal `V`: the reflection `I - 2 u u'`.
    static func matrix(values: [Float], seed: UInt64) -> (matrix: Matrix, vectors: Matrix) {
        let size = values.count
        let direction = KernelsTests.random(1, size, seed: seed).elements
        let norm = direction.map { $0 * $0 }.reduce(0, +)
        var vectors = Matrix(rows: size, columns: size)
        for row in 0..<size {
            for column in 0..<size {
                vectors[row, column] =
                    (row == column ? 1 : 0) - 2 * direction[row] * direction[column] / norm
            }
        }
        var scaled = vectors
        for row in 0..<size {
            for column in 0..<size { scaled[row, column] *= values[row] }
        }
        return (Kernels.best.multiply(vectors.transposed, scaled), vectors)
    }

    @Test(arguments: [(4, 4), (40, 10), (150, 12), (300, 20)])
    func findsKnownVectors(size: Int, count: Int) {
        let values = (0..<size).map { index in
            10 * Float(size - index) / Float(size) + (index < count ? 5 : 0)
        }
        let (matrix, vectors) = Self.matrix(values: values, seed: 3)
        let eigen = SymmetricEigen(leading: count, of: matrix, kernels: .best)
        for index in 0..<count {
            #expect(abs(eigen.values[index] - values[index]) < 2e-2 * values[index])
            // Neighbouring eigenvalues are close: the projection on the true leading subspace is what counts.
            var inside: Float = 0
            for other in 0..<count {
                let overlap = zip(eigen.vectors.row(index), vectors.row(other)).map(*).reduce(0, +)
                inside += overlap * overlap
            }
            #expect(inside > 0.999)
        }
    }

    @Test func vectorsAreOrthonormalAndSignsFixed() {
        let samples = KernelsTests.random(400, 90, seed: 8)
        let (_, covariance) = samples.meanAndCovariance(kernels: .best)
        let eigen = SymmetricEigen(leading: 12, of: covariance, kernels: .best)
        let gram = Kernels.best.multiply(eigen.vectors, eigen.vectors.transposed)
        for row in 0..<12 {
            for column in 0..<12 {
                #expect(abs(gram[row, column] - (row == column ? 1 : 0)) < 1e-4)
            }
            let largest = eigen.vectors.row(row).max { abs($0) < abs($1) } ?? 0
            #expect(largest > 0)
        }
        #expect(eigen.values == eigen.values.sorted(by: >))
    }

    @Test func survivesZeroAndRankOne() {
        let zero = SymmetricEigen(
            leading: 3,
            of: Matrix(rows: 200, columns: 200),
            kernels: .best
        )
        #expect(zero.values == [0, 0, 0])
        #expect(zero.vectors.elements.allSatisfy { $0.isFinite })
        var one = Matrix(rows: 200, columns: 200)
        one[7, 7] = 4
        let eigen = SymmetricEigen(leading: 2, of: one, kernels: .best)
        #expect(abs(eigen.values[0] - 4) < 1e-4)
        #expect(abs(eigen.vectors[0, 7]) > 0.9999)
    }
}
