public import Tensors

/// Mean and variance of each window of a map over all its places and channels.
public struct PatchMoments: Sendable {
    /// The means, shape `[height, width]` of the grid, row after row.
    public let means: [Float]
    /// The variances, shape `[height, width]` of the grid.
    public let variances: [Float]

    /// Computes the moments of every window.
    ///
    /// - Parameters:
    ///   - padded: The map with the grid's border around it.
    ///   - grid: The windows.
    ///   - kernels: The kernels for the sums over channels.
    /// - Complexity: `places * channels + windows * window` additions.
    public init(padded: FeatureMap, grid: PatchGrid, kernels: Kernels) {
        self.init(
            padded.elements,
            rows: padded.height,
            line: padded.width,
            channels: padded.channels,
            size: grid.size(
                height: padded.height - 2 * grid.border,
                width: padded.width - 2 * grid.border
            ),
            grid: grid,
            kernels: kernels
        )
    }

    /// Computes the moments of every window of a map with the grid's border.
    package init(_ map: BorderedMap, grid: PatchGrid, kernels: Kernels) {
        precondition(map.border == grid.border, "the map has another border")
        self.init(
            map.elements,
            rows: map.height + 2 * map.border,
            line: map.storedWidth,
            channels: map.channels,
            size: grid.size(height: map.height, width: map.width),
            grid: grid,
            kernels: kernels
        )
    }

    private init(
        _ elements: [Float],
        rows: Int,
        line: Int,
        channels: Int,
        size: (height: Int, width: Int),
        grid: PatchGrid,
        kernels: Kernels
    ) {
        let (height, width) = size
        let places = rows * line
        var means = [Float](repeating: 0, count: height * width)
        var variances = means
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: 2 * (places + line)
        ) { buffer in
            guard let sums = buffer.baseAddress else { return }
            let squares = unsafe sums + places
            unsafe elements.withUnsafeBufferPointer { data in
                guard let data = data.baseAddress else { return }
                unsafe kernels.channelMoments(
                    data,
                    count: places,
                    channels: channels,
                    sum: sums,
                    squares: squares
                )
            }
            unsafe means.withUnsafeMutableBufferPointer { means in
                unsafe variances.withUnsafeMutableBufferPointer { variances in
                    guard let means = means.baseAddress, let variances = variances.baseAddress
                    else { return }
                    for y in 0..<height {
                        let start = y * grid.stride * line
                        unsafe kernels.windowMoments(
                            sums: sums + start,
                            squares: squares + start,
                            line: line,
                            window: grid.window,
                            stride: grid.stride,
                            width: width,
                            depth: grid.depth(channels: channels),
                            scratch: squares + places,
                            means: means + y * width,
                            variances: variances + y * width
                        )
                    }
                }
            }
        }
        self.means = means
        self.variances = variances
    }
}
