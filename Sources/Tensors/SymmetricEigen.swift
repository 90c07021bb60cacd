/// Leading eigenvalues and eigenvectors of a symmetric positive semi-definite matrix.
public struct SymmetricEigen: Sendable, Equatable {
    /// The eigenvalues, largest first, shape `[count]`.
    public let values: [Float]
    /// The unit eigenvectors as rows, shape `[count, size]`; the largest component of each is positive.
    public let vectors: Matrix

    /// Finds the leading eigenvectors.
    ///
    /// Small matrices are solved by Jacobi rotations to full precision; larger ones by subspace iteration with a
    /// Rayleigh-Ritz step, which is as exact as a projection to the leading subspace needs: eigenvalues close to
    /// the last wanted one may be mixed with those just below it.
    ///
    /// - Parameters:
    ///   - count: How many, in `1...size`.
    ///   - matrix: Symmetric, shape `[size, size]`.
    ///   - kernels: The kernels for the products.
    /// > Source: Halko, Martinsson, Tropp (2011), "Finding structure with randomness", algorithm 4.4; Golub, Van Loan,
    /// > "Matrix Computations", 8.5 (cyclic Jacobi).
    public init(leading count: Int, of matrix: Matrix, kernels: Kernels) {
        precondition(matrix.rows == matrix.columns, "the matrix must be square")
        precondition(count >= 1 && count <= matrix.rows, "count must be in 1...size")
        let size = matrix.rows
        let block = count + max(8, count / 8)
        guard size > 64, block * 2 < size else {
            let (values, vectors) = Self.jacobi(matrix.elements.map(Double.init), size: size)
            self.init(values: values, vectors: vectors, size: size, count: count)
            return
        }
        // Rows of `basis` span the subspace.
        var generator = SeededGenerator(seed: 0x0E16)
        var basis = Matrix(rows: block, columns: size)
        for index in basis.elements.indices {
            basis.elements[index] = Float(generator.nextNormal())
        }
        Self.orthonormalize(&basis, kernels: kernels)
        let packed = kernels.pack(matrix)
        for _ in 0..<16 {
            basis = kernels.multiply(basis, packed)
            Self.orthonormalize(&basis, kernels: kernels)
        }
        let image = kernels.multiply(basis, packed)
        let small = kernels.multiply(image, basis.transposed)
        var symmetric = [Double](repeating: 0, count: block * block)
        for row in 0..<block {
            for column in 0..<block {
                symmetric[row * block + column] =
                    0.5 * (Double(small[row, column]) + Double(small[column, row]))
            }
        }
        let (values, rotation) = Self.jacobi(symmetric, size: block)
        var turn = Matrix(rows: count, columns: block)
        for index in turn.elements.indices { turn.elements[index] = Float(rotation[index]) }
        let vectors = kernels.multiply(turn, basis)
        self.init(
            values: values,
            vectors: vectors.elements.map(Double.init),
            size: size,
            count: count
        )
    }

    private init(values: [Double], vectors: [Double], size: Int, count: Int) {
        var rows = Matrix(rows: count, columns: size)
        for row in 0..<count {
            let vector = vectors[row * size..<(row + 1) * size]
            let largest = vector.max { abs($0) < abs($1) } ?? 1
            let sign: Double = largest < 0 ? -1 : 1
            for (column, value) in vector.enumerated() { rows[row, column] = Float(sign * value) }
        }
        self.values = values.prefix(count).map { Float(max(0, $0)) }
        self.vectors = rows
    }

    /// Gram-Schmidt on the rows, twice for precision; a row that vanishes is replaced by a unit vector.
    static func orthonormalize(_ rows: inout Matrix, kernels: Kernels) {
        let (count, size) = (rows.rows, rows.columns)
        unsafe rows.elements.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            for index in 0..<count {
                let row = unsafe start + index * size
                for attempt in 0..<3 {
                    let before = unsafe kernels.dot(row, row, count: size)
                    for _ in 0..<2 {
                        for other in 0..<index {
                            let base = unsafe start + other * size
                            let overlap = unsafe kernels.dot(row, base, count: size)
                            unsafe kernels.addScaled(-overlap, base, to: row, count: size)
                        }
                    }
                    let norm = unsafe kernels.dot(row, row, count: size)
                    if norm > 1e-10 * before, norm > 1e-30 {
                        let factor = 1 / norm.squareRoot()
                        for column in 0..<size { unsafe row[column] *= factor }
                        break
                    }
                    for column in 0..<size { unsafe row[column] = 0 }
                    unsafe row[(index * 7919 + attempt * 104_729) % size] = 1
                }
            }
        }
    }

    /// Cyclic Jacobi rotations in double precision.
    ///
    /// - Returns: All eigenvalues, largest first, and the eigenvectors as rows.
    static func jacobi(_ matrix: [Double], size: Int) -> (values: [Double], vectors: [Double]) {
        var a = matrix
        var v = [Double](repeating: 0, count: size * size)
        for index in 0..<size { v[index * size + index] = 1 }
        unsafe a.withUnsafeMutableBufferPointer { a in
            unsafe v.withUnsafeMutableBufferPointer { v in
                for _ in 0..<30 {
                    var off = 0.0
                    var diagonal = 0.0
                    for row in 0..<size {
                        unsafe diagonal += a[row * size + row] * a[row * size + row]
                        for column in row + 1..<max(size, row + 1) {
                            unsafe off += a[row * size + column] * a[row * size + column]
                        }
                    }
                    if off <= 1e-22 * diagonal || diagonal == 0 { break }
                    for p in 0..<size {
                        for q in p + 1..<max(size, p + 1) {
                            unsafe Self.rotate(a, v, size, p, q)
                        }
                    }
                }
            }
        }
        let order = (0..<size).sorted {
            let (x, y) = (a[$0 * size + $0], a[$1 * size + $1])
            return x > y || (x == y && $0 < $1)
        }
        var vectors: [Double] = []
        vectors.reserveCapacity(size * size)
        for index in order { vectors += v[index * size..<(index + 1) * size] }
        return (order.map { a[$0 * size + $0] }, vectors)
    }

    /// One rotation that makes `a[p, q]` zero; eigenvectors are kept as rows of `v`.
    private static func rotate(
        _ a: UnsafeMutableBufferPointer<Double>,
        _ v: UnsafeMutableBufferPointer<Double>,
        _ size: Int,
        _ p: Int,
        _ q: Int
    ) {
        let apq = unsafe a[p * size + q]
        if apq == 0 { return }
        let (app, aqq) = unsafe (a[p * size + p], a[q * size + q])
        let theta = (aqq - app) / (2 * apq)
        let magnitude = 1 / (abs(theta) + (theta * theta + 1).squareRoot())
        let t = theta < 0 ? -magnitude : magnitude
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        for k in 0..<size where k != p && k != q {
            let (akp, akq) = unsafe (a[p * size + k], a[q * size + k])
            let (x, y) = (c * akp - s * akq, s * akp + c * akq)
            unsafe a[p * size + k] = x
            unsafe a[q * size + k] = y
            unsafe a[k * size + p] = x
            unsafe a[k * size + q] = y
        }
        unsafe a[p * size + p] = app - t * apq
        unsafe a[q * size + q] = aqq + t * apq
        unsafe a[p * size + q] = 0
        unsafe a[q * size + p] = 0
        for k in 0..<size {
            let (x, y) = unsafe (v[p * size + k], v[q * size + k])
            unsafe v[p * size + k] = c * x - s * y
            unsafe v[q * size + k] = s * x + c * y
        }
    }
}
