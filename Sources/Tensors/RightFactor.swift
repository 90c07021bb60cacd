/// The right factor of a product in one of the precisions, laid out for one set of kernels.
public enum RightFactor: Sendable {
    /// In single precision.
    case float(PackedMatrix)
    /// In whole numbers.
    case int16(QuantizedMatrix)

    /// The number of rows of the matrix, the depth of the product.
    public var depth: Int {
        switch self {
        case .float(let matrix): matrix.depth
        case .int16(let matrix): matrix.depth
        }
    }

    /// The number of columns of the matrix and of the product.
    public var columns: Int {
        switch self {
        case .float(let matrix): matrix.columns
        case .int16(let matrix): matrix.columns
        }
    }

    /// Numbers of scratch memory for a product.
    public var scratchCount: Int {
        switch self {
        case .float: 0
        case .int16(let matrix): matrix.scratchCount
        }
    }
}

extension Kernels {
    /// Lays out the right factor of a product of rows, in these kernels' precision where that pays.
    ///
    /// - Parameter matrix: Shape `[depth, columns]`.
    /// - Returns: The factor for ``multiply(_:rows:by:into:scratch:)``.
    public func rightFactor(_ matrix: Matrix) -> RightFactor {
        switch precision.ofProduct(depth: matrix.rows) {
        case .float: .float(pack(matrix))
        case .int16: .int16(quantize(matrix))
        }
    }

    /// Multiplies rows that lie side by side.
    ///
    /// - Parameters:
    ///   - left: Shape `[rows, right.depth]`.
    ///   - rows: The number of rows.
    ///   - right: A factor that these kernels laid out.
    ///   - out: Receives the products, shape `[rows, right.columns]`.
    ///   - scratch: Of `right.scratchCount` numbers.
    @unsafe
    public func multiply(
        _ left: UnsafePointer<Float>,
        rows: Int,
        by right: RightFactor,
        into out: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        switch right {
        case .float(let matrix):
            unsafe product(
                .init(left, rows: rows, stride: matrix.depth, length: matrix.depth),
                matrix,
                into: out,
                outStride: matrix.columns
            )
        case .int16(let matrix):
            unsafe product(
                left,
                rows: rows,
                stride: matrix.depth,
                matrix,
                into: out,
                outStride: matrix.columns,
                scratch: scratch
            )
        }
    }
}
