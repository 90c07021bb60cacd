package import Tensors

/// The rectification of responses and the averages of the codes, row by row of a map, as a layer does both.
package struct RectificationShape: Equatable, Sendable {
    package let height, width, columns: Int
    /// Whether negative parts follow the positive ones.
    package let isSigned: Bool
    /// What the codes are averaged over.
    package let windows: PoolingWindows

    package init(height: Int, width: Int, columns: Int, isSigned: Bool, windows: PoolingWindows) {
        self.height = height
        self.width = width
        self.columns = columns
        self.isSigned = isSigned
        self.windows = windows
    }

    package var name: String {
        "rectify \(width) x \(columns), pool by \(windows.window), stride \(windows.stride)"
    }

    /// Codes for a place.
    package var channels: Int { isSigned ? 2 * columns : columns }

    /// Bytes read and written for one image: each row of responses, a line of averages, and this line and the
    /// averages so far for each row of windows that the row lies in.
    package var bytes: Double {
        let averages = windows.count(over: width) * channels
        var numbers = height * (width * columns + averages)
        for row in 0..<height {
            for target in windows.windows(around: row, over: height) {
                let isFirst = windows.places(of: target, over: height).lowerBound == row
                numbers += (isFirst ? 2 : 3) * averages
            }
        }
        return 4 * Double(numbers)
    }
}
