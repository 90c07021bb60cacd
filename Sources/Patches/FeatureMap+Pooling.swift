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
        let pooling = MapPooling(
            .centred(window: window, stride: stride),
            height: height,
            width: width,
            channels: channels
        )
        let line = pooling.width * channels
        var result = FeatureMap(height: pooling.height, width: pooling.width, channels: channels)
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: line) { averages in
            unsafe elements.withUnsafeBufferPointer { rows in
                unsafe result.elements.withUnsafeMutableBufferPointer { out in
                    guard let rows = rows.baseAddress, let out = out.baseAddress,
                        let averages = averages.baseAddress
                    else { return }
                    for row in 0..<height {
                        unsafe kernels.pool(
                            rows + row * width * channels,
                            width: width,
                            channels: channels,
                            over: pooling.windows,
                            share: 1,
                            accumulate: false,
                            into: averages
                        )
                        unsafe pooling.add(
                            averages: averages,
                            row: row,
                            to: out,
                            line: line,
                            kernels: kernels
                        )
                    }
                }
            }
        }
        return result
    }
}
