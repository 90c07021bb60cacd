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
        return unsafe pooling.map { out in
            unsafe elements.withUnsafeBufferPointer { rows in
                guard let rows = rows.baseAddress else { return }
                for row in 0..<height {
                    unsafe pooling.add(
                        rows + row * width * channels,
                        row: row,
                        to: out,
                        line: pooling.width * channels,
                        kernels: kernels
                    )
                }
            }
        }
    }
}
