import Tensors
import Testing

@Suite struct KernelsTests {
    /// A matrix of numbers in -1...1.
    static func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        var matrix = Matrix(rows: rows, columns: columns)
        for index in matrix.elements.indices {
            matrix.elements[index] = Float(generator.next(in: -1...1))
        }
        return matrix
    }

    static let shapes: [(rows: Int, columns: Int, depth: Int)] = [
        (1, 1, 1), (3, 17, 5), (6, 16, 9), (7, 15, 1), (12, 32, 31), (13, 33, 64), (97, 48, 147),
        (100, 65, 3), (5, 96, 1152), (25, 31, 16),
    ]

    @Test(arguments: Kernels.available, shapes)
    func productMatchesDoublePrecision(
        kernels: Kernels,
        shape: (rows: Int, columns: Int, depth: Int)
    ) {
        let left = Self.random(shape.rows, shape.depth, seed: 1)
        let right = Self.random(shape.depth, shape.columns, seed: 2)
        let product = kernels.multiply(left, right)
        let expected = ReferenceKernels.multiply(left, right)
        // A float sum of n terms below 1 is off by at most n^2 / 2 units of rounding; in practice far less.
        let tolerance = 1e-6 * Double(shape.depth).squareRoot() * 4
        for (found, wanted) in zip(product.elements, expected) {
            #expect(abs(Double(found) - wanted) <= tolerance)
        }
    }

    @Test(arguments: Kernels.available, shapes)
    func accumulatingAddsToWhatIsThere(
        kernels: Kernels,
        shape: (rows: Int, columns: Int, depth: Int)
    ) {
        let left = Self.random(shape.rows, shape.depth, seed: 3)
        let right = Self.random(shape.depth, shape.columns, seed: 4)
        let start = Self.random(shape.rows, shape.columns, seed: 5)
        var sum = start
        let packed = kernels.pack(right)
        unsafe left.elements.withUnsafeBufferPointer { data in
            unsafe sum.elements.withUnsafeMutableBufferPointer { out in
                unsafe kernels.product(
                    .init(
                        data.baseAddress!,
                        rows: shape.rows,
                        stride: shape.depth,
                        length: shape.depth
                    ),
                    packed,
                    into: out.baseAddress!,
                    outStride: shape.columns,
                    accumulate: true
                )
            }
        }
        let expected = ReferenceKernels.multiply(left, right)
        for index in expected.indices {
            let wanted = expected[index] + Double(start.elements[index])
            #expect(abs(Double(sum.elements[index]) - wanted) <= 1e-4)
        }
    }

    @Test func arithmeticIsWhatDecidesBits() {
        for kernels in Kernels.available {
            let isFused = kernels.name.hasPrefix("avx")
            #expect(kernels.arithmetic == (isFused ? "fused" : kernels.name))
            let float = kernels.computing(in: .float)
            #expect(float.arithmetic == kernels.arithmetic + " float")
        }
        #expect(Kernels.arithmetic(of: "avx2vnni") == Kernels.arithmetic(of: "avx512"))
        #expect(Kernels.arithmetic(of: "avx512vnni float") == Kernels.arithmetic(of: "avx2 float"))
        for name in ["", "baseline", "neon", "neon float", "avx1024", "unknown"] {
            #expect(Kernels.arithmetic(of: name) == name)
        }
    }

    @Test func allFusedKernelSetsGiveTheSameBits() {
        let fused = Kernels.available.filter { $0.description != "baseline" }
        for shape in Self.shapes {
            let left = Self.random(shape.rows, shape.depth, seed: 6)
            let right = Self.random(shape.depth, shape.columns, seed: 7)
            let products = fused.map { $0.multiply(left, right) }
            for product in products.dropFirst() { #expect(product == products[0]) }
        }
    }

    @Test(arguments: Kernels.available)
    func shrinkMatchesReference(kernels: Kernels) {
        for columns in [1, 15, 16, 17, 64, 70] {
            for signed in [false, true] {
                let input = Self.random(3, columns, seed: UInt64(columns))
                let penalties = Self.random(1, columns, seed: 9).elements.map { abs($0) / 2 }
                let width = signed ? 2 * columns : columns
                var out = Matrix(rows: 3, columns: width, repeating: -1)
                unsafe input.elements.withUnsafeBufferPointer { input in
                    unsafe out.elements.withUnsafeMutableBufferPointer { out in
                        unsafe penalties.withUnsafeBufferPointer { penalties in
                            unsafe kernels.shrink(
                                input.baseAddress!,
                                count: 3,
                                columns: columns,
                                stride: columns,
                                penalty: penalties.baseAddress!,
                                signed: signed,
                                into: out.baseAddress!,
                                outStride: width
                            )
                        }
                    }
                }
                for row in 0..<3 {
                    let expected = ReferenceKernels.shrink(
                        input.row(row).map(Double.init),
                        penalties: penalties.map(Double.init),
                        signed: signed
                    )
                    for (found, wanted) in zip(out.row(row), expected) {
                        #expect(abs(Double(found) - wanted) < 1e-6)
                    }
                }
            }
        }
    }

    @Test(arguments: Kernels.available)
    func rowMaximumFindsTheFirstLargest(kernels: Kernels) {
        for columns in [1, 7, 16, 31, 32, 100] {
            var input = Self.random(9, columns, seed: UInt64(100 + columns))
            // Ties: the first place counts.
            input[0, columns - 1] = 5
            input[0, columns / 2] = 5
            input[1, columns / 3] = -7
            for absolute in [false, true] {
                var best = [Float](repeating: 0, count: 9)
                var places = [UInt32](repeating: 0, count: 9)
                unsafe input.elements.withUnsafeBufferPointer { input in
                    unsafe best.withUnsafeMutableBufferPointer { best in
                        unsafe places.withUnsafeMutableBufferPointer { places in
                            unsafe kernels.rowMaximum(
                                input.baseAddress!,
                                count: 9,
                                columns: columns,
                                stride: columns,
                                absolute: absolute,
                                best: best.baseAddress!,
                                index: places.baseAddress!
                            )
                        }
                    }
                }
                for row in 0..<9 {
                    let values = input.row(row).map { absolute ? abs($0) : $0 }
                    let largest = values.max() ?? 0
                    #expect(best[row] == largest)
                    #expect(Int(places[row]) == values.firstIndex(of: largest))
                }
            }
        }
    }

    @Test(arguments: Kernels.available)
    func momentsAndNormsMatchReference(kernels: Kernels) {
        for columns in [1, 3, 16, 47, 128] {
            var rows = Self.random(4, columns, seed: UInt64(columns))
            let before = rows
            var sums = [Float](repeating: 0, count: 4)
            var squares = sums
            var norms = sums
            let scale: [Float] = [1, 2, 0.5, -1]
            let offset = Self.random(1, columns, seed: 77).elements
            unsafe rows.elements.withUnsafeMutableBufferPointer { rows in
                unsafe sums.withUnsafeMutableBufferPointer { sums in
                    unsafe squares.withUnsafeMutableBufferPointer { squares in
                        unsafe norms.withUnsafeMutableBufferPointer { norms in
                            unsafe kernels.channelMoments(
                                rows.baseAddress!,
                                count: 4,
                                channels: columns,
                                sum: sums.baseAddress!,
                                squares: squares.baseAddress!
                            )
                            unsafe scale.withUnsafeBufferPointer { scale in
                                unsafe offset.withUnsafeBufferPointer { offset in
                                    unsafe kernels.normalizeRows(
                                        rows.baseAddress!,
                                        count: 4,
                                        columns: columns,
                                        stride: columns,
                                        scale: scale.baseAddress!,
                                        offset: offset.baseAddress!,
                                        norms: norms.baseAddress!
                                    )
                                }
                            }
                        }
                    }
                }
            }
            for row in 0..<4 {
                let values = before.row(row).map(Double.init)
                #expect(abs(Double(sums[row]) - values.reduce(0, +)) < 1e-4)
                #expect(abs(Double(squares[row]) - values.map { $0 * $0 }.reduce(0, +)) < 1e-4)
                var norm = 0.0
                for column in 0..<columns {
                    let wanted = values[column] * Double(scale[row]) - Double(offset[column])
                    #expect(abs(Double(rows[row, column]) - wanted) < 1e-5)
                    norm += wanted * wanted
                }
                #expect(abs(Double(norms[row]) - norm) < 1e-3)
            }
        }
    }

    @Test func namesLeadBackToTheSameKernels() {
        for kernels in Kernels.available {
            #expect(Kernels.named(kernels.description)?.description == kernels.description)
        }
        #expect(Kernels.named("no such set") == nil)
    }
}
