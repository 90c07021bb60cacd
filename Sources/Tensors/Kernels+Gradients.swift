internal import CKernels

extension Kernels {
    /// Adds a transposed matrix times rows: `out[i, j] += sum over p of left[p, i] * right[p, j]`,
    /// p increasing.
    ///
    /// With responses' gradients on the left and the patches of a map on the right this is the
    /// gradient of a layer's filters. Patches are read where they lie, over several rows of windows
    /// in one call.
    ///
    /// - Parameters:
    ///   - left: Shape `[lines * rows, columns]`, with `rows` those of `right`.
    ///   - columns: The numbers in a row of `left`.
    ///   - stride: Numbers from one row of `left` to the next.
    ///   - right: The rows of the first line.
    ///   - lines: How many lines of such rows there are.
    ///   - lineStride: Numbers from a row of `right` to the same one of the next line.
    ///   - out: Shape `[columns, right's depth]`, rows `outStride` apart.
    ///   - outStride: Numbers from one row of `out` to the next.
    /// - Complexity: `lines * rows * columns * depth` multiply-adds.
    @unsafe
    public func transposedProduct(
        _ left: UnsafePointer<Float>,
        columns: Int,
        stride: Int,
        _ right: Left,
        lines: Int = 1,
        lineStride: Int = 0,
        addingTo out: UnsafeMutablePointer<Float>,
        outStride: Int
    ) {
        var right = unsafe right.left
        unsafe table.pointee.transposed_product(
            left,
            columns,
            stride,
            &right,
            lines,
            lineStride,
            out,
            outStride
        )
    }

    /// Takes a gradient back through a threshold: it passes, with an offset, where the code is
    /// above zero.
    ///
    /// - Parameters:
    ///   - code: The codes, shape `[count, columns]`.
    ///   - count: The number of rows.
    ///   - columns: The numbers in a row.
    ///   - offset: Added to the gradient of active codes, shape `[columns]`.
    ///   - gradient: The gradient of the codes; becomes that of the responses, shape `[count,
    ///     columns]`.
    ///   - sum: Receives, added to what it holds, the sum over the rows, shape `[columns]`.
    @unsafe
    public func gate(
        _ code: UnsafePointer<Float>,
        count: Int,
        columns: Int,
        offset: UnsafePointer<Float>,
        gradient: UnsafeMutablePointer<Float>,
        sum: UnsafeMutablePointer<Float>
    ) {
        unsafe table.pointee.gate(code, count, columns, offset, gradient, sum)
    }
}
