public import Tensors

/// Puts patches back where they were taken from, and averages them where they overlap.
///
/// What a window holds beyond the border of the map is left out.
public struct OverlapAverage: Sendable {
    /// The windows.
    public let grid: PatchGrid
    private var sums: FeatureMap
    private var counts: [Float]

    /// Starts an empty map.
    ///
    /// - Parameters:
    ///   - grid: The windows that the patches were taken from.
    ///   - height: The height of the map.
    ///   - width: The width of the map.
    ///   - channels: The channels of the map.
    public init(grid: PatchGrid, height: Int, width: Int, channels: Int) {
        self.grid = grid
        sums = FeatureMap(height: height, width: width, channels: channels)
        counts = [Float](repeating: 0, count: height * width)
    }

    /// Adds the patches of one row of windows.
    ///
    /// - Parameters:
    ///   - patches: Shape `[grid width, depth]`.
    ///   - row: The row of the grid.
    public mutating func add(_ patches: Matrix, row: Int) {
        let (height, width, channels) = (sums.height, sums.width, sums.channels)
        let size = grid.size(height: height, width: width)
        precondition(
            patches.rows == size.width && patches.columns == grid.depth(channels: channels)
                && (0..<size.height).contains(row),
            "the patches are not a row of the grid"
        )
        for x in 0..<size.width {
            let left = x * grid.stride - grid.border
            let columns = max(0, left)..<min(width, left + grid.window)
            for dy in 0..<grid.window {
                let y = row * grid.stride - grid.border + dy
                guard (0..<height).contains(y) else { continue }
                var source =
                    x * patches.columns + (dy * grid.window + columns.lowerBound - left) * channels
                var target = (y * width + columns.lowerBound) * channels
                for _ in 0..<columns.count * channels {
                    sums.elements[target] += patches.elements[source]
                    target += 1
                    source += 1
                }
                for column in columns { counts[y * width + column] += 1 }
            }
        }
    }

    /// The mean of the patches at each place; places under no window get the mean of all others.
    ///
    /// - Returns: The map, zero where no patch was added at all.
    public func average() -> FeatureMap {
        var result = sums
        let channels = sums.channels
        var means = [Double](repeating: 0, count: channels)
        var covered = 0
        for (place, count) in counts.enumerated() where count > 0 {
            covered += 1
            for channel in 0..<channels {
                let index = place * channels + channel
                result.elements[index] /= count
                means[channel] += Double(result.elements[index])
            }
        }
        for (place, count) in counts.enumerated() where count == 0 && covered > 0 {
            for channel in 0..<channels {
                result.elements[place * channels + channel] =
                    Float(means[channel] / Double(covered))
            }
        }
        return result
    }
}
