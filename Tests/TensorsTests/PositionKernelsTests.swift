import Tensors
import Testing

@Suite struct PositionKernelsTests {
    static let dimensions = [
        1, 2, 7, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 65, 96, 100, 129, 256,
    ]

    /// The positions of each case, and a number that no kernel writes.
    static let (positions, sentinel) = (3, Float(-7))

    static func halves(_ rows: Int, _ columns: Int, seed: UInt64) -> BFloat16Matrix {
        BFloat16Matrix(rounding: KernelsTests.random(rows, columns, seed: seed))
    }

    static func deviations(_ dimension: Int, factors: Int, kernels: Kernels) -> [Float] {
        let (features, means, loadings, codes) = operands(dimension, factors: factors)
        var out = [Float](repeating: sentinel, count: positions * dimension + 1)
        unsafe features.elements.withUnsafeBufferPointer { features in
            unsafe means.elements.withUnsafeBufferPointer { means in
                unsafe loadings.elements.withUnsafeBufferPointer { loadings in
                    unsafe codes.elements.withUnsafeBufferPointer { codes in
                        unsafe out.withUnsafeMutableBufferPointer { out in
                            guard let features = features.baseAddress,
                                let means = means.baseAddress, let out = out.baseAddress
                            else { return }
                            unsafe kernels.deviations(
                                of: features,
                                from: means,
                                loadings: loadings.baseAddress,
                                positions: positions,
                                dimension: dimension,
                                codes: codes.baseAddress,
                                factors: factors,
                                into: out
                            )
                        }
                    }
                }
            }
        }
        return out
    }

    static func operands(
        _ dimension: Int,
        factors: Int
    ) -> (features: Matrix, means: Matrix, loadings: BFloat16Matrix, codes: Matrix) {
        (
            KernelsTests.random(positions, dimension, seed: 1),
            KernelsTests.random(positions, dimension, seed: 2),
            halves(positions * factors, dimension, seed: 3),
            KernelsTests.random(1, factors, seed: 4)
        )
    }

    static func norms(
        _ triangles: BFloat16Matrix,
        _ vectors: Matrix,
        kernels: Kernels
    ) -> [Float] {
        var norms = [Float](repeating: sentinel, count: vectors.rows + 1)
        unsafe triangles.elements.withUnsafeBufferPointer { triangles in
            unsafe vectors.elements.withUnsafeBufferPointer { elements in
                unsafe norms.withUnsafeMutableBufferPointer { norms in
                    guard let triangles = triangles.baseAddress,
                        let elements = elements.baseAddress, let norms = norms.baseAddress
                    else { return }
                    unsafe kernels.triangleNorms(
                        triangles,
                        elements,
                        positions: vectors.rows,
                        dimension: vectors.columns,
                        into: norms
                    )
                }
            }
        }
        return norms
    }

    static func triangles(_ dimension: Int) -> BFloat16Matrix {
        halves(positions, dimension * (dimension + 1) / 2, seed: 5)
    }

    @Test(arguments: Kernels.available, dimensions)
    func deviationsMatchDoublePrecision(kernels: Kernels, dimension: Int) {
        for factors in [0, 1, 2, 41] {
            let (features, means, loadings, codes) = Self.operands(dimension, factors: factors)
            let found = Self.deviations(dimension, factors: factors, kernels: kernels)
            let wanted = ReferenceKernels.deviations(
                of: features,
                from: means,
                loadings: loadings,
                codes: codes.elements
            )
            for (found, wanted) in zip(found, wanted) {
                #expect(abs(Double(found) - wanted) < 5e-6)
            }
            #expect(found.last == Self.sentinel)
        }
    }

    @Test(arguments: Kernels.available, dimensions)
    func normsMatchDoublePrecision(kernels: Kernels, dimension: Int) {
        let triangles = Self.triangles(dimension)
        let vectors = KernelsTests.random(Self.positions, dimension, seed: 6)
        let found = Self.norms(triangles, vectors, kernels: kernels)
        let wanted = ReferenceKernels.triangleNorms(triangles, vectors)
        for (found, wanted) in zip(found, wanted) {
            #expect(abs(Double(found) - wanted) < 2e-6 * max(1, wanted))
        }
        #expect(found.last == Self.sentinel)
    }

    @Test(arguments: Kernels.available, dimensions)
    func theIdentityLeavesTheEuclideanNorm(kernels: Kernels, dimension: Int) {
        var identity = Matrix(rows: Self.positions, columns: dimension * (dimension + 1) / 2)
        var whole = Matrix(rows: Self.positions, columns: dimension)
        for position in 0..<Self.positions {
            var diagonal = 0
            for column in 0..<dimension {
                identity[position, diagonal] = 1
                diagonal += dimension - column
                whole[position, column] = Float(column % 5 - position)
            }
        }
        let found = Self.norms(BFloat16Matrix(rounding: identity), whole, kernels: kernels)
        for position in 0..<Self.positions {
            // Whole numbers, whose sums no order of additions rounds.
            #expect(found[position] == whole.row(position).reduce(0) { $0 + $1 * $1 })
        }
    }

    @Test("each number of a triangle is read at its row and column", arguments: [5, 16, 21, 33])
    func placesEachNumber(dimension: Int) {
        let vector = Matrix(
            rows: 1,
            columns: dimension,
            filledWith: (0..<dimension).map { Float($0 + 1) }
        )
        for kernels in Kernels.available {
            var place = 0
            for column in 0..<dimension {
                for row in column..<dimension {
                    // The row's own number on the diagonal tells rows apart.
                    var triangle = Matrix(rows: 1, columns: dimension * (dimension + 1) / 2)
                    let diagonal = (0..<row).reduce(0) { $0 + dimension - $1 }
                    triangle[0, diagonal] = 2
                    triangle[0, place] += 1
                    let found = Self.norms(
                        BFloat16Matrix(rounding: triangle),
                        vector,
                        kernels: kernels
                    )
                    let sum = Float(2 * (row + 1) + column + 1)
                    #expect(found[0] == sum * sum)
                    place += 1
                }
            }
        }
    }

    @Test func allFusedKernelSetsGiveTheSameBits() {
        let fused = Kernels.available.filter { $0.description != "baseline" }
        for dimension in Self.dimensions {
            let vectors = KernelsTests.random(Self.positions, dimension, seed: 7)
            let found = fused.map {
                Self.deviations(dimension, factors: 41, kernels: $0)
                    + Self.norms(Self.triangles(dimension), vectors, kernels: $0)
            }
            .map { $0.map(\.bitPattern) }
            for other in found.dropFirst() { #expect(other == found[0]) }
        }
    }
}
