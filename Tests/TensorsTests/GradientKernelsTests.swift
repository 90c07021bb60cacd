import Tensors
import Testing

@Suite struct GradientKernelsTests {
    struct Shape: Sendable {
        let lines: Int
        let rows: Int
        let columns: Int
        let segments: Int
        let length: Int
    }

    static let shapes = [
        Shape(lines: 1, rows: 1, columns: 1, segments: 1, length: 1),
        Shape(lines: 3, rows: 5, columns: 7, segments: 3, length: 9),
        Shape(lines: 2, rows: 100, columns: 13, segments: 7, length: 21),
        Shape(lines: 5, rows: 33, columns: 32, segments: 3, length: 96),
        Shape(lines: 1, rows: 129, columns: 150, segments: 1, length: 70),
        Shape(lines: 4, rows: 64, columns: 24, segments: 3, length: 3),
    ]

    /// The product by these kernels, patches being windows of a map `margin` numbers wider than they need.
    static func product(_ shape: Shape, kernels: Kernels, start: Matrix) -> Matrix {
        let (left, map, step, line) = operands(shape)
        var out = start
        unsafe left.elements.withUnsafeBufferPointer { left in
            unsafe map.elements.withUnsafeBufferPointer { map in
                unsafe out.elements.withUnsafeMutableBufferPointer { out in
                    guard let left = left.baseAddress, let map = map.baseAddress,
                        let out = out.baseAddress
                    else { return }
                    unsafe kernels.transposedProduct(
                        left,
                        columns: shape.columns,
                        stride: shape.columns,
                        .init(
                            map,
                            rows: shape.rows,
                            stride: step,
                            runs: shape.segments,
                            runStride: line,
                            length: shape.length
                        ),
                        lines: shape.lines,
                        lineStride: 2 * line,
                        addingTo: out,
                        outStride: shape.segments * shape.length
                    )
                }
            }
        }
        return out
    }

    static func operands(_ shape: Shape) -> (left: Matrix, map: Matrix, step: Int, line: Int) {
        let step = 4
        let line = step * shape.rows + shape.length
        let left = KernelsTests.random(shape.lines * shape.rows, shape.columns, seed: 11)
        let map = KernelsTests.random(2 * shape.lines + shape.segments, line, seed: 12)
        return (left, map, step, line)
    }

    @Test(arguments: Kernels.available, shapes)
    func transposedProductMatchesDoublePrecision(kernels: Kernels, shape: Shape) {
        let depth = shape.segments * shape.length
        let start = KernelsTests.random(shape.columns, depth, seed: 13)
        let found = Self.product(shape, kernels: kernels, start: start)
        let (left, map, step, line) = Self.operands(shape)
        for column in 0..<shape.columns {
            for entry in 0..<depth {
                let (segment, offset) = (entry / shape.length, entry % shape.length)
                var sum = Double(start[column, entry])
                for position in 0..<shape.lines * shape.rows {
                    let (y, x) = (position / shape.rows, position % shape.rows)
                    let place = (2 * y + segment) * line + x * step + offset
                    sum += Double(left[position, column]) * Double(map.elements[place])
                }
                #expect(abs(Double(found[column, entry]) - sum) < 1e-4)
            }
        }
    }

    @Test func allFusedKernelSetsGiveTheSameBits() {
        let fused = Kernels.available.filter { $0.description != "baseline" }
        for shape in Self.shapes {
            let start = Matrix(rows: shape.columns, columns: shape.segments * shape.length)
            let products = fused.map { Self.product(shape, kernels: $0, start: start) }
            for product in products.dropFirst() { #expect(product == products[0]) }
        }
    }

    @Test(arguments: Kernels.available, [1, 15, 16, 33, 64])
    func gatePassesGradientsOfActiveCodesOnly(kernels: Kernels, columns: Int) {
        let code = KernelsTests.random(6, columns, seed: 14)
        let before = KernelsTests.random(6, columns, seed: 15)
        let offset = KernelsTests.random(1, columns, seed: 16).elements
        var gradient = before
        var sum = [Float](repeating: 2, count: columns)
        unsafe code.elements.withUnsafeBufferPointer { code in
            unsafe offset.withUnsafeBufferPointer { offset in
                unsafe gradient.elements.withUnsafeMutableBufferPointer { gradient in
                    unsafe sum.withUnsafeMutableBufferPointer { sum in
                        unsafe kernels.gate(
                            code.baseAddress!,
                            count: 6,
                            columns: columns,
                            offset: offset.baseAddress!,
                            gradient: gradient.baseAddress!,
                            sum: sum.baseAddress!
                        )
                    }
                }
            }
        }
        for column in 0..<columns {
            var total: Float = 2
            for row in 0..<6 {
                let wanted = code[row, column] > 0 ? before[row, column] + offset[column] : 0
                #expect(gradient[row, column] == wanted)
                total += wanted
            }
            #expect(abs(sum[column] - total) < 1e-5)
        }
    }
}
