internal import CKernels

/// The right factor of a product in whole numbers of sixteen bits, laid out for one set of kernels.
public struct QuantizedMatrix: Sendable, Equatable {
    /// The number of rows of the matrix, the depth of the product.
    public let depth: Int
    /// The number of columns of the matrix and of the product.
    public let columns: Int
    let panel: Int
    let elements: [Int16]
    /// What each column is multiplied by.
    let scales: [Float]

    /// The largest depth of a product whose sums can't leave 32 bits.
    public static let largestDepth = 50_000

    /// Numbers of scratch memory for a product.
    public var scratchCount: Int { ck_int16_scratch(depth) }
}

extension Kernels {
    /// Rounds the columns of a matrix to whole numbers, each in units of its own length, and lays them out.
    ///
    /// - Parameter matrix: Shape `[depth, columns]`, depth at most ``QuantizedMatrix/largestDepth``.
    /// - Returns: The matrix for ``product(_:rows:stride:_:into:outStride:scratch:)``.
    public func quantize(_ matrix: Matrix) -> QuantizedMatrix {
        precondition(matrix.rows <= QuantizedMatrix.largestDepth, "sums would leave 32 bits")
        let (elements, scales) = unsafe matrix.elements.withUnsafeBufferPointer {
            unsafe quantize(planes: 1, of: $0, depth: matrix.rows, columns: matrix.columns)
        }
        return QuantizedMatrix(
            depth: matrix.rows,
            columns: matrix.columns,
            panel: unsafe table.pointee.panel,
            elements: elements,
            scales: scales
        )
    }

    /// Rounds and lays out matrices of one shape that lie one behind the other.
    @unsafe
    func quantize(
        planes: Int,
        of matrices: UnsafeBufferPointer<Float>,
        depth: Int,
        columns: Int
    ) -> (elements: [Int16], scales: [Float]) {
        let panel = unsafe table.pointee.panel
        let count = ck_int16_count(panel, depth, columns)
        let padded = (columns + panel - 1) / panel * panel
        var scales: [Float] = []
        let elements = unsafe [Int16](unsafeUninitializedCapacity: planes * count) {
            packed,
            filled in
            unsafe scales = [Float](unsafeUninitializedCapacity: planes * padded) {
                scales,
                filled in
                filled = planes * padded
                guard let source = matrices.baseAddress, let packed = packed.baseAddress,
                    let scales = scales.baseAddress
                else { return }
                for plane in 0..<planes {
                    unsafe table.pointee.quantize(
                        source + plane * depth * columns,
                        depth,
                        columns,
                        packed + plane * count,
                        scales + plane * padded
                    )
                }
            }
            filled = planes * count
        }
        return (elements, scales)
    }

    /// Multiplies rows by a quantized matrix, each row in units of its own length.
    ///
    /// An entry is off by at most about `1e-4` of the lengths of its row and column, multiplied with each other; the sums
    /// of the rounded numbers are exact.
    ///
    /// - Parameters:
    ///   - left: The first number of the first row; rows have `right.depth` numbers.
    ///   - rows: The number of rows.
    ///   - stride: Numbers from one row to the next.
    ///   - right: A matrix quantized by these kernels, shape `[depth, columns]`.
    ///   - out: Receives the products, shape `[rows, columns]`, rows `outStride` apart.
    ///   - outStride: Numbers from one row of `out` to the next.
    ///   - scratch: Of `right.scratchCount` numbers.
    /// - Complexity: `rows * depth * columns` multiply-adds.
    @unsafe
    public func product(
        _ left: UnsafePointer<Float>,
        rows: Int,
        stride: Int,
        _ right: QuantizedMatrix,
        into out: UnsafeMutablePointer<Float>,
        outStride: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        unsafe precondition(right.panel == table.pointee.panel, "packed for other kernels")
        unsafe right.elements.withUnsafeBufferPointer { elements in
            unsafe right.scales.withUnsafeBufferPointer { scales in
                guard let elements = elements.baseAddress, let scales = scales.baseAddress
                else { return }
                unsafe table.pointee.product_int16(
                    left,
                    rows,
                    stride,
                    right.depth,
                    elements,
                    scales,
                    right.columns,
                    scratch,
                    out,
                    outStride
                )
            }
        }
    }
}
