public import Tensors

extension FeatureMap {
    /// The mean over windows of the map, channel by channel.
    ///
    /// Beyond the border the mean is over the places that exist.
    ///
    /// - Parameters:
    ///   - window: The side of the square window, in places; an even one reaches further right and down.
    ///   - stride: The distance of neighbouring windows.
    ///   - kernels: The kernels for the sums.
    /// - Returns: Shape `[ceil(height / stride), ceil(width / stride), channels]`.
    public func meanPooled(window: Int, stride: Int, kernels: Kernels) -> FeatureMap {
        precondition(window > 0 && stride > 0, "window and stride must be positive")
        let outHeight = (height + stride - 1) / stride
        let outWidth = (width + stride - 1) / stride
        let before = (window - 1) / 2
        let rowCount = width * channels
        var result = FeatureMap(height: outHeight, width: outWidth, channels: channels)
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: rowCount) { buffer in
            unsafe elements.withUnsafeBufferPointer { source in
                unsafe result.elements.withUnsafeMutableBufferPointer { out in
                    guard let source = source.baseAddress, let out = out.baseAddress,
                        let line = buffer.baseAddress
                    else { return }
                    for y in 0..<outHeight {
                        let rows = Self.range(y * stride - before, window, height)
                        unsafe line.initialize(repeating: 0, count: rowCount)
                        for row in rows {
                            unsafe kernels.addScaled(
                                1,
                                source + row * rowCount,
                                to: line,
                                count: rowCount
                            )
                        }
                        for x in 0..<outWidth {
                            let columns = Self.range(x * stride - before, window, width)
                            let share = 1 / Float(rows.count * columns.count)
                            let place = unsafe out + (y * outWidth + x) * channels
                            for column in columns {
                                unsafe kernels.addScaled(
                                    share,
                                    line + column * channels,
                                    to: place,
                                    count: channels
                                )
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    private static func range(_ start: Int, _ window: Int, _ count: Int) -> Range<Int> {
        max(0, start)..<min(count, start + window)
    }
}
