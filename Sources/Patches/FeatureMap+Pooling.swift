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
        var result = FeatureMap(height: pooling.height, width: pooling.width, channels: channels)
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: pooling.memoryCount) {
            memory in
            unsafe elements.withUnsafeBufferPointer { rows in
                unsafe result.elements.withUnsafeMutableBufferPointer { out in
                    guard let rows = rows.baseAddress, let out = out.baseAddress,
                        let memory = memory.baseAddress
                    else { return }
                    for row in 0..<height {
                        unsafe pooling.add(
                            row: row,
                            to: out,
                            outLine: pooling.line,
                            memory: memory,
                            kernels: kernels
                        ) { share, accumulate, averages in
                            unsafe kernels.pool(
                                rows + row * width * channels,
                                width: width,
                                channels: channels,
                                over: pooling.windows,
                                share: share,
                                accumulate: accumulate,
                                into: averages
                            )
                        }
                    }
                }
            }
        }
        return result
    }
}
