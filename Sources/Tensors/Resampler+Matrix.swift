extension Resampler {
    /// Resamples a matrix as a map of one channel.
    ///
    /// - Parameter matrix: Any shape.
    /// - Returns: Shape `[height, width]`.
    public func resample(_ matrix: Matrix) -> Matrix {
        let map = resample(
            FeatureMap(
                height: matrix.rows,
                width: matrix.columns,
                channels: 1,
                filledWith: matrix.elements
            )
        )
        return Matrix(rows: height, columns: width, filledWith: map.elements)
    }
}
