import Tensors
import Testing

@Suite struct PolarFactorTests {
    static func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        var matrix = Matrix(rows: rows, columns: columns)
        for index in matrix.elements.indices {
            matrix.elements[index] = Float(generator.nextNormal())
        }
        return matrix
    }

    static func trace(_ left: Matrix, _ right: Matrix) -> Double {
        zip(left.elements, right.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    /// The largest difference of the rows' inner products from those of orthonormal rows.
    static func defect(_ matrix: Matrix) -> Double {
        let gram = ReferenceKernels.multiply(matrix, matrix.transposed)
        return gram.indices.reduce(0) { largest, index in
            let wanted: Double = index / matrix.rows == index % matrix.rows ? 1 : 0
            let difference = abs(gram[index] - wanted)
            return difference.isNaN ? .infinity : max(largest, difference)
        }
    }

    static let shapes = [(1, 1), (1, 9), (5, 5), (7, 20), (48, 48), (64, 100)]

    @Test(arguments: shapes)
    func rowsAreOrthonormal(rows: Int, columns: Int) {
        let factor = Self.random(rows, columns, seed: 1).polarFactor
        #expect(factor.rows == rows && factor.columns == columns)
        #expect(Self.defect(factor) < 1e-6)
    }

    @Test("the other factor, M Q^T, is symmetric and positive semi-definite", arguments: shapes)
    func leavesASymmetricFactor(rows: Int, columns: Int) {
        let matrix = Self.random(rows, columns, seed: 2)
        let other = ReferenceKernels.multiply(matrix, matrix.polarFactor.transposed)
        let size = other.reduce(0) { max($0, abs($1)) }
        for row in 0..<rows {
            for column in 0..<row {
                let difference = other[row * rows + column] - other[column * rows + row]
                #expect(abs(difference) < 1e-5 * size)
            }
        }
        // Positive: x^T P x is not below 0 for any x.
        for seed in 10..<30 as Range<UInt64> {
            let x = Self.random(1, rows, seed: seed).elements.map(Double.init)
            var form = 0.0
            for row in 0..<rows {
                for column in 0..<rows { form += x[row] * other[row * rows + column] * x[column] }
            }
            #expect(form >= -1e-5 * size)
        }
    }

    @Test("no turn or flip of the rows, small or large, correlates more", arguments: 0..<20)
    func isOptimal(seed: UInt64) {
        let matrix = Self.random(6, 9, seed: 40 + seed)
        let factor = matrix.polarFactor
        let best = Self.trace(factor, matrix)
        for scale: Float in [1e-2, 1e-1, 1, 10] {
            var moved = Self.random(6, 9, seed: 60 + seed)
            for index in moved.elements.indices {
                moved.elements[index] = factor.elements[index] + scale * moved.elements[index]
            }
            let other = moved.polarFactor
            #expect(Self.defect(other) < 1e-6)
            #expect(Self.trace(other, matrix) < best)
        }
    }

    @Test func orthonormalRowsStay() {
        let rows = Self.random(12, 30, seed: 3).polarFactor
        let again = rows.polarFactor
        #expect(zip(rows.elements, again.elements).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test("rows are orthonormal whatever the rank and scale")
    func survivesMissingRank() {
        var repeated = Self.random(8, 11, seed: 4)
        for column in 0..<11 {
            for row in 1..<5 { repeated[row, column] = Float(row) * repeated[0, column] }
        }
        var missing = Self.random(8, 11, seed: 5)
        for column in 0..<11 { missing[3, column] = 0 }
        var single = Matrix(rows: 8, columns: 8)
        single[2, 6] = -3
        var tiny = Self.random(8, 8, seed: 6)
        var huge = tiny
        for index in tiny.elements.indices {
            tiny.elements[index] *= 1e-30
            huge.elements[index] *= 1e30
        }
        let ones = Matrix(rows: 4, columns: 4, repeating: 1)
        for matrix in [repeated, missing, single, tiny, huge, ones, Matrix(rows: 5, columns: 6)] {
            let factor = matrix.polarFactor
            #expect(Self.defect(factor) < 1e-6)
            #expect(factor == matrix.polarFactor)
        }
        #expect(abs(single.polarFactor[2, 6] + 1) < 1e-6)
        #expect(abs(tiny.polarFactor[0, 0] - huge.polarFactor[0, 0]) < 1e-5)
    }

    @Test("keeps the trace of a matrix whose singular values span ten orders")
    func keepsTheTrace() {
        let left = Self.random(10, 10, seed: 7).polarFactor
        let right = Self.random(10, 14, seed: 8).polarFactor
        var scaled = right
        var sum = 0.0
        var value: Float = 1
        for row in 0..<10 {
            for column in 0..<14 { scaled[row, column] *= value }
            sum += Double(value)
            value /= 10
        }
        let product = ReferenceKernels.multiply(left.transposed, scaled).map(Float.init)
        var matrix = Matrix(rows: 10, columns: 14)
        matrix.elements = product
        #expect(abs(Self.trace(matrix.polarFactor, matrix) - sum) < 1e-5 * sum)
    }
}
