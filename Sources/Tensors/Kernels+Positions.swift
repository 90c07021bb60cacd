internal import CKernels

extension Kernels {
    /// What remains of features when a mean and a linear function of some codes are taken off:
    /// `features[p, j] - (means[p, j] + sum over k of loadings[p, k, j] * codes[k])`, k increasing.
    ///
    /// - Parameters:
    ///   - features: Shape `[positions, dimension]`.
    ///   - means: Shape `[positions, dimension]`.
    ///   - loadings: The bits of numbers in bfloat16, shape `[positions, factors, dimension]`.
    ///   - positions: The number of positions.
    ///   - dimension: The numbers of a position.
    ///   - codes: Shape `[factors]`.
    ///   - factors: The number of codes; without any, `loadings` are not read.
    ///   - out: Receives the differences, shape `[positions, dimension]`.
    @unsafe
    public func deviations(
        of features: UnsafePointer<Float>,
        from means: UnsafePointer<Float>,
        loadings: UnsafePointer<UInt16>?,
        positions: Int,
        dimension: Int,
        codes: UnsafePointer<Float>?,
        factors: Int,
        into out: UnsafeMutablePointer<Float>
    ) {
        unsafe table.pointee.deviations(
            features,
            means,
            loadings,
            positions,
            dimension,
            codes,
            factors,
            out
        )
    }

    /// The squared norm of a lower triangle times a vector, for each position with a triangle of its own.
    ///
    /// - Parameters:
    ///   - triangles: The bits of numbers in bfloat16, columns one after the other, shape
    ///     `[positions, dimension (dimension + 1) / 2]`.
    ///   - vectors: Shape `[positions, dimension]`.
    ///   - positions: The number of positions.
    ///   - dimension: The numbers of a position.
    ///   - norms: Receives the squared norms, shape `[positions]`.
    @unsafe
    public func triangleNorms(
        _ triangles: UnsafePointer<UInt16>,
        _ vectors: UnsafePointer<Float>,
        positions: Int,
        dimension: Int,
        into norms: UnsafeMutablePointer<Float>
    ) {
        unsafe table.pointee.triangle_norms(triangles, vectors, positions, dimension, norms)
    }
}
