internal import CKernels

extension Kernels {
    /// Rectified responses: `max(0, scale * x - above)`, and `max(0, -scale * x - below)` behind it where `below` is given.
    ///
    /// - Parameters:
    ///   - input: The products, shape `[count, columns]`.
    ///   - count: The number of rows.
    ///   - columns: The numbers in a row.
    ///   - scale: One factor per row, shape `[count]`.
    ///   - above: What is taken off the positive parts, shape `[columns]`.
    ///   - below: What is taken off the negative parts, shape `[columns]`; nil for none.
    ///   - out: Receives the codes, shape `[count, columns]` or `[count, 2 * columns]`.
    @unsafe
    public func rectify(
        _ input: UnsafePointer<Float>,
        count: Int,
        columns: Int,
        scale: UnsafePointer<Float>,
        above: UnsafePointer<Float>,
        below: UnsafePointer<Float>?,
        into out: UnsafeMutablePointer<Float>
    ) {
        unsafe table.pointee.rectify(input, count, columns, scale, above, below, out)
    }

    /// Averages a row of places over windows.
    ///
    /// Beyond the ends the mean is over the places that exist.
    ///
    /// - Parameters:
    ///   - row: The places, shape `[width, channels]`.
    ///   - width: The number of places.
    ///   - channels: The numbers in a place.
    ///   - windows: Where the windows lie.
    ///   - share: What the averages are multiplied by.
    ///   - accumulate: Whether they are added to what `out` holds.
    ///   - out: Receives the averages, shape `[windows.count(over: width), channels]`.
    @unsafe
    public func pool(
        _ row: UnsafePointer<Float>,
        width: Int,
        channels: Int,
        over windows: PoolingWindows,
        share: Float,
        accumulate: Bool,
        into out: UnsafeMutablePointer<Float>
    ) {
        var pooling = ck_pooling(
            window: windows.window,
            before: windows.before,
            stride: windows.stride,
            share: share,
            accumulates: accumulate ? 1 : 0
        )
        unsafe table.pointee.pool(row, width, channels, &pooling, out)
    }
}
