public import Tensors

/// A map with a border around it, in one piece of memory: what windows are read from.
///
/// The border continues the map by reflection. Behind it, to the right and below, there may be a few places more, of
/// zeros, that kernels read without using them.
public struct BorderedMap: Sendable {
    /// The rows without the border.
    public let height: Int
    /// The columns without the border.
    public let width: Int
    /// The numbers in a place.
    public let channels: Int
    /// The places on each side.
    public let border: Int
    /// The places of a stored row.
    public let storedWidth: Int
    /// The stored rows.
    public let storedHeight: Int
    /// The numbers, shape `[storedHeight, storedWidth, channels]`.
    public private(set) var elements: [Float]

    /// Makes room for a map.
    ///
    /// - Parameters:
    ///   - height: The rows without the border, above 0.
    ///   - width: The columns without the border, above 0.
    ///   - channels: The numbers in a place.
    ///   - border: The places on each side.
    ///   - slack: The places more below and to the right.
    ///   - fill: Writes the map; gets its first number and the numbers from one row to the next.
    public init(
        height: Int,
        width: Int,
        channels: Int,
        border: Int,
        slack: (rows: Int, columns: Int) = (0, 0),
        filledBy fill: (UnsafeMutablePointer<Float>, Int) -> Void
    ) {
        precondition(height > 0 && width > 0, "the map is empty")
        self.height = height
        self.width = width
        self.channels = channels
        self.border = border
        storedHeight = height + 2 * border + slack.rows
        storedWidth = width + 2 * border + slack.columns
        let line = storedWidth * channels
        elements = [Float](repeating: 0, count: storedHeight * line)
        unsafe elements.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            unsafe fill(start + border * line + border * channels, line)
        }
        reflect()
    }

    /// Copies a map.
    public init(_ map: FeatureMap, border: Int, slack: (rows: Int, columns: Int) = (0, 0)) {
        let count = map.width * map.channels
        unsafe self.init(
            height: map.height,
            width: map.width,
            channels: map.channels,
            border: border,
            slack: slack
        ) { start, line in
            unsafe map.elements.withUnsafeBufferPointer { source in
                guard let source = source.baseAddress else { return }
                for row in 0..<map.height {
                    unsafe (start + row * line).update(from: source + row * count, count: count)
                }
            }
        }
    }

    /// Fills the border.
    private mutating func reflect() {
        if border == 0 { return }
        let line = storedWidth * channels
        unsafe elements.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            let places = Array(-border..<0) + Array(width..<width + border)
            for row in border..<border + height {
                let first = unsafe start + row * line + border * channels
                for place in places {
                    unsafe (first + place * channels).update(
                        from: first + reflectedIndex(place, count: width) * channels,
                        count: channels
                    )
                }
            }
            for row in Array(-border..<0) + Array(height..<height + border) {
                let source = reflectedIndex(row, count: height)
                unsafe (start + (row + border) * line).update(
                    from: start + (source + border) * line,
                    count: line
                )
            }
        }
    }
}

extension BorderedMap {
    /// A copy of the map alone.
    public var withoutBorder: FeatureMap {
        let count = width * channels
        var copy: [Float] = []
        copy.reserveCapacity(height * count)
        for row in border..<border + height {
            let start = (row * storedWidth + border) * channels
            copy += elements[start..<start + count]
        }
        return FeatureMap(height: height, width: width, channels: channels, filledWith: copy)
    }
}
