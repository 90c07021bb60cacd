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
        let window = grid.window
        let stride = grid.stride
        var means = [Float](repeating: 0, count: height * width)
        var variances = means
        let share = 1 / Float(grid.depth(channels: channels))
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: 2 * (places + line)
        ) { scratch in
            guard let sums = scratch.baseAddress else { return }
            let squares = unsafe sums + places
            let rowSums = unsafe squares + places
            let rowSquares = unsafe rowSums + line
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
            for y in 0..<height {
                for x in 0..<line {
                    unsafe rowSums[x] = 0
                    unsafe rowSquares[x] = 0
                }
                for dy in 0..<window {
                    let start = (y * stride + dy) * line
                    for x in 0..<line {
                        unsafe rowSums[x] += sums[start + x]
                        unsafe rowSquares[x] += squares[start + x]
                    }
                }
                for x in 0..<width {
                    var sum: Float = 0
                    var square: Float = 0
                    for dx in 0..<window {
                        unsafe sum += rowSums[x * stride + dx]
                        unsafe square += rowSquares[x * stride + dx]
                    }
                    let mean = sum * share
                    means[y * width + x] = mean
                    variances[y * width + x] = max(0, square * share - mean * mean)
                }
            }
        }
        self.means = means
        self.variances = variances
    }
}
