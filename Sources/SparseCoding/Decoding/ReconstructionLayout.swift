internal import Patches
internal import Tensors

/// The windows that a picture of a layer is made of, and how many of them lie over each place.
struct ReconstructionLayout {
    let grid: PatchGrid
    let height: Int
    let width: Int
    /// The windows of the whole grid.
    let rows: Int
    let columns: Int
    /// Whether of neighbouring windows only one counts: where every second one of a row still covers all of it.
    private let isThinned: Bool

    init(grid: PatchGrid, height: Int, width: Int) {
        self.grid = grid
        self.height = height
        self.width = width
        (rows, columns) = grid.size(height: height, width: width)
        isThinned = grid.border >= 2 * grid.stride - 1
    }

    /// The columns of the windows of a row that count.
    func places(ofRow row: Int) -> Places {
        Places(first: isThinned ? row % 2 : 0, stride: isThinned ? 2 : 1, end: columns)
    }

    /// Evenly spaced columns.
    struct Places: Sequence {
        let stride: Int
        let count: Int
        private let start: Int

        init(first: Int, stride: Int, end: Int) {
            start = first
            self.stride = stride
            count = Swift.max(0, (end - first + stride - 1) / stride)
        }

        var first: Int? { count > 0 ? start : nil }

        func makeIterator() -> StrideTo<Int>.Iterator {
            Swift.stride(from: start, to: start + count * stride, by: stride).makeIterator()
        }
    }

    /// Divides sums over windows, which have the grid's border around them, by the number of windows.
    ///
    /// Places under no window, which there are where strides are large, become like those to the left or above.
    func means(of sums: FeatureMap) -> FeatureMap {
        let channels = sums.channels
        // The rows of windows over a place, of both parities, times the windows of such a row over it.
        let vertical = (0..<2).map { parity in
            coverage(of: height, centres: stride(from: parity, to: rows, by: 2))
        }
        let horizontal = (0..<2).map { coverage(of: width, centres: places(ofRow: $0)) }
        var result = FeatureMap(height: height, width: width, channels: channels)
        unsafe result.elements.withUnsafeMutableBufferPointer { target in
            unsafe sums.elements.withUnsafeBufferPointer { sums in
                for y in 0..<height {
                    var source = ((y + grid.border) * (width + 2 * grid.border) + grid.border)
                    source *= channels
                    var place = y * width * channels
                    let isCovered = vertical[0][y] + vertical[1][y] > 0
                    for x in 0..<width {
                        let count =
                            vertical[0][y] * horizontal[0][x] + vertical[1][y] * horizontal[1][x]
                        let factor = 1 / count
                        // Back to a place that is done.
                        let behind = (isCovered ? 1 : width) * channels
                        for _ in 0..<channels {
                            unsafe target[place] =
                                count > 0 ? sums[source] * factor : target[place - behind]
                            place += 1
                            source += 1
                        }
                    }
                }
            }
        }
        return result
    }

    private func coverage(of count: Int, centres: some Sequence<Int>) -> [Float] {
        var counts = [Float](repeating: 0, count: count)
        for centre in centres {
            let place = centre * grid.stride
            for index in max(0, place - grid.border)..<min(count, place + grid.border + 1) {
                counts[index] += 1
            }
        }
        return counts
    }
}
