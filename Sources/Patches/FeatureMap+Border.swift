public import Tensors

/// The place that `index` stands for when a line of `count` places is continued by reflection.
///
/// The outermost place is not doubled (`2 1 | 0 1 2 3 | 2 1`); a line of one place repeats it.
func reflectedIndex(_ index: Int, count: Int) -> Int {
    if index >= 0 && index < count { return index }
    if count == 1 { return 0 }
    let period = 2 * (count - 1)
    let folded = ((index % period) + period) % period
    return folded < count ? folded : period - folded
}

extension FeatureMap {
    /// The map continued on all sides by reflection.
    ///
    /// - Parameter border: Places to add on each side; may exceed the map.
    /// - Returns: Shape `[height + 2 border, width + 2 border, channels]`.
    public func reflected(border: Int) -> FeatureMap {
        precondition(border >= 0, "the border can't be negative")
        precondition(height > 0 && width > 0, "the map is empty")
        let outWidth = width + 2 * border
        let columns = (-border..<0).map { reflectedIndex($0, count: width) }
        let behind = (width..<width + border).map { reflectedIndex($0, count: width) }
        let count = (height + 2 * border) * outWidth * channels
        let padded = unsafe [Float](unsafeUninitializedCapacity: count) { out, filled in
            unsafe elements.withUnsafeBufferPointer { source in
                guard var place = out.baseAddress, let source = source.baseAddress else { return }
                for y in -border..<height + border {
                    let row =
                        unsafe source + reflectedIndex(y, count: height) * width * channels
                    for x in columns {
                        unsafe place.initialize(from: row + x * channels, count: channels)
                        unsafe place += channels
                    }
                    unsafe place.initialize(from: row, count: width * channels)
                    unsafe place += width * channels
                    for x in behind {
                        unsafe place.initialize(from: row + x * channels, count: channels)
                        unsafe place += channels
                    }
                }
            }
            filled = count
        }
        return FeatureMap(
            height: height + 2 * border,
            width: outWidth,
            channels: channels,
            filledWith: padded
        )
    }
}
