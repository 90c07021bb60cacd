internal import CKernels

extension Kernels {
    /// Rectifies a row of responses and averages the codes over windows.
    ///
    /// The codes are `max(0, scale * x - above)`, and `max(0, -scale * x - below)` behind them where `below` is given.
    ///
    /// - Parameters:
    ///   - row: The responses, shape `[width, columns]`.
    ///   - width: The number of places.
    ///   - columns: The responses of a place.
    ///   - scale: One factor per place, shape `[width]`.
    ///   - above: What is taken off the positive parts, shape `[columns]`.
    ///   - below: What is taken off the negative parts, shape `[columns]`; nil for none.
    ///   - windows: Where the windows lie; beyond the ends the mean is over the places that exist.
    ///   - share: What the averages are multiplied by.
    ///   - accumulate: Whether they are added to what `out` holds.
    ///   - out: Receives the averages, shape `[windows.count(over: width), columns]`, or `2 * columns` with `below`.
    @unsafe
    public func rectify(
        _ row: UnsafePointer<Float>,
        width: Int,
        columns: Int,
        scale: UnsafePointer<Float>,
        above: UnsafePointer<Float>,
        below: UnsafePointer<Float>?,
        over windows: PoolingWindows,
        share: Float = 1,
        accumulate: Bool = false,
        into out: UnsafeMutablePointer<Float>
    ) {
        var pooling = windows.pooling(share: share, accumulates: accumulate)
        unsafe table.pointee.rectify(row, width, columns, scale, above, below, &pooling, out)
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
        var pooling = windows.pooling(share: share, accumulates: accumulate)
        unsafe table.pointee.pool(row, width, channels, &pooling, out)
    }

    /// Adds rows of numbers up, the first one first.
    ///
    /// - Parameters:
    ///   - rows: At least one.
    ///   - length: The numbers in a row.
    ///   - share: What the sums are multiplied by.
    ///   - out: Receives the sums, shape `[length]`.
    @unsafe
    public func sum(
        _ rows: UnsafeBufferPointer<UnsafePointer<Float>?>,
        length: Int,
        share: Float,
        into out: UnsafeMutablePointer<Float>
    ) {
        precondition(!rows.isEmpty, "no rows")
        unsafe table.pointee.sum_rows(rows.baseAddress, rows.count, length, share, out)
    }
}

extension PoolingWindows {
    fileprivate func pooling(share: Float, accumulates: Bool) -> ck_pooling {
        ck_pooling(
            window: window,
            before: before,
            stride: stride,
            share: share,
            accumulates: accumulates ? 1 : 0
        )
    }
}
