import Tensors
import Testing

/// Products of whole numbers of sixteen bits against products in double precision.
@Suite struct QuantizedProductTests {
    static let shapes: [(rows: Int, columns: Int, depth: Int)] = [
        (1, 1, 1), (3, 17, 5), (6, 16, 9), (7, 15, 2), (12, 32, 31), (13, 33, 64), (97, 48, 147),
        (100, 65, 3), (5, 96, 1152), (25, 31, 16), (200, 7, 48),
    ]

    /// The product by the given kernels.
    private static func multiply(_ left: Matrix, _ right: Matrix, kernels: Kernels) -> Matrix {
        let quantized = kernels.quantize(right)
        var out = Matrix(rows: left.rows, columns: right.columns, repeating: .nan)
        var scratch = [Float](repeating: .nan, count: quantized.scratchCount)
        unsafe kernels.product(
            left.elements,
            rows: left.rows,
            stride: left.columns,
            quantized,
            into: &out.elements,
            outStride: right.columns,
            scratch: &scratch
        )
        return out
    }

    /// The most that rounding can change an entry: half a unit of each number of the row and of the column.
    private static func bound(_ left: [Float], _ right: [Float]) -> Double {
        func length(_ x: [Float]) -> Double {
            x.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        }
        func sum(_ x: [Float]) -> Double { x.reduce(0) { $0 + Double(abs($1)) } }
        let largest = Double(right.map(abs).max() ?? 0)
        let row = length(left) / 32_700
        let column = max(length(right) / 65_000, largest / 32_766)
        return 0.5 * row * sum(right) + 0.5 * column * sum(left)
            + 0.25 * row * column * Double(left.count) + 1e-6 * length(left) * length(right)
    }

    @Test(arguments: Kernels.available, shapes)
    func roundingIsAllThatDiffers(
        kernels: Kernels,
        shape: (rows: Int, columns: Int, depth: Int)
    ) {
        let left = KernelsTests.random(shape.rows, shape.depth, seed: 31)
        let right = KernelsTests.random(shape.depth, shape.columns, seed: 32)
        let product = Self.multiply(left, right, kernels: kernels)
        let expected = ReferenceKernels.multiply(left, right)
        let columns = right.transposed
        for row in 0..<shape.rows {
            for column in 0..<shape.columns {
                let bound = Self.bound(left.row(row), columns.row(column))
                let wanted = expected[row * shape.columns + column]
                #expect(abs(Double(product[row, column]) - wanted) <= bound)
            }
        }
    }

    /// Rows that are multiples of the columns make the largest sums that there can be.
    @Test(arguments: Kernels.available, [1, 2, 3, 16, 128, 4097])
    func theLargestSumsStayWithinTheirBits(kernels: Kernels, depth: Int) {
        var rows = KernelsTests.random(4, depth, seed: 33)
        for index in 0..<depth {
            rows[1, index] = 1
            rows[2, index] = index % 2 == 0 ? -1e9 : 1e9
            rows[3, index] = index == depth / 2 ? 1e-9 : 0
        }
        let product = Self.multiply(rows, rows.transposed, kernels: kernels)
        let opposite = Matrix(
            rows: 4,
            columns: depth,
            filledWith: rows.elements.map { -$0 }
        )
        let negative = Self.multiply(opposite, rows.transposed, kernels: kernels)
        for row in 0..<4 {
            let square = rows.row(row).reduce(0) { $0 + Double($1) * Double($1) }
            #expect(abs(Double(product[row, row]) / square - 1) < 1e-3)
            #expect(negative[row, row] == -product[row, row])
        }
    }

    @Test(arguments: Kernels.available)
    func nothingComesOfZeros(kernels: Kernels) {
        let some = KernelsTests.random(5, 40, seed: 34)
        let left = Self.multiply(Matrix(rows: 5, columns: 40), some.transposed, kernels: kernels)
        #expect(left.elements.allSatisfy { $0 == 0 })
        let right = Self.multiply(some, Matrix(rows: 40, columns: 5), kernels: kernels)
        #expect(right.elements.allSatisfy { $0 == 0 })
    }

    @Test(arguments: Kernels.available, [Float.nan, .infinity])
    func whatIsNoNumberIsNeverTakenForOne(kernels: Kernels, value: Float) {
        var left = KernelsTests.random(5, 40, seed: 37)
        var right = KernelsTests.random(40, 20, seed: 38)
        left[2, 7] = value
        right[9, 11] = value
        let product = Self.multiply(left, right, kernels: kernels)
        for row in 0..<5 {
            for column in 0..<20 {
                #expect(product[row, column].isFinite == (row != 2 && column != 11))
            }
        }
    }

    @Test func allFusedKernelSetsGiveTheSameBits() {
        let fused = Kernels.available.filter { $0.name != "baseline" }
        for shape in Self.shapes {
            let left = KernelsTests.random(shape.rows, shape.depth, seed: 35)
            let right = KernelsTests.random(shape.depth, shape.columns, seed: 36)
            let products = fused.map { Self.multiply(left, right, kernels: $0) }
            for product in products.dropFirst() { #expect(product == products[0]) }
        }
    }
}
