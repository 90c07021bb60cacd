package import Tensors

/// The rectification of responses, row by row of a map, as a layer does it.
package struct RectificationShape: Equatable, Sendable {
    package let height, width, columns: Int
    /// Whether negative parts follow the positive ones.
    package let isSigned: Bool

    package init(height: Int, width: Int, columns: Int, isSigned: Bool) {
        self.height = height
        self.width = width
        self.columns = columns
        self.isSigned = isSigned
    }

    package var name: String { "rectify \(width) x \(columns)" }
    /// Codes for a place.
    package var channels: Int { isSigned ? 2 * columns : columns }
    /// Bytes read and written for one image.
    package var bytes: Double { 4 * Double(height * width) * Double(columns + channels) }
}

/// Averages of codes over windows, row by row of a map, as layers and detectors want them.
package struct PoolingShape: Equatable, Sendable {
    package let height, width, channels: Int
    package let windows: PoolingWindows

    package init(height: Int, width: Int, channels: Int, windows: PoolingWindows) {
        self.height = height
        self.width = width
        self.channels = channels
        self.windows = windows
    }

    package var name: String {
        "pool \(width) x \(channels) by \(windows.window), stride \(windows.stride)"
    }

    /// Bytes read and written for one image: a row of places and a row of averages for each row of windows that the
    /// places lie in, and the averages so far where there are any.
    package var bytes: Double {
        let averages = windows.count(over: width)
        var rows = 0
        for row in 0..<height {
            for target in windows.windows(around: row, over: height) {
                let isFirst = windows.places(of: target, over: height).lowerBound == row
                rows += width + (isFirst ? 1 : 2) * averages
            }
        }
        return 4 * Double(rows * channels)
    }
}
