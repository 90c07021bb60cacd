extension PixelImage {
    /// The upright image of a stored one.
    ///
    /// - Parameter orientation: The EXIF orientation in `1...8`; others count as 1.
    /// - Returns: An image of the same channels; the sides are exchanged by orientations from 5.
    func upright(from orientation: Int) -> PixelImage {
        guard 2...8 ~= orientation, width > 0, height > 0 else { return self }
        let turned = orientation > 4
        let (newWidth, newHeight) = turned ? (height, width) : (width, height)
        // Where in the stored image the upright one starts; which way its steps go follows.
        let (startX, startY): (Int, Int) =
            switch orientation {
            case 2: (width - 1, 0)
            case 3: (width - 1, height - 1)
            case 4: (0, height - 1)
            case 5: (0, 0)
            case 6: (0, height - 1)
            case 7: (width - 1, height - 1)
            default: (width - 1, 0)
            }
        let alongX = (startX == 0 ? 1 : -1) * channels
        let alongY = (startY == 0 ? 1 : -1) * channels * width
        let (right, down) = turned ? (alongY, alongX) : (alongX, alongY)
        let start = (startY * width + startX) * channels
        let count = levels.count
        let result = unsafe levels.withUnsafeBufferPointer { source in
            unsafe [UInt8](unsafeUninitializedCapacity: count) { target, filled in
                // Square tiles keep both sides of a turn in the cache.
                let tile = 32
                for top in stride(from: 0, to: newHeight, by: tile) {
                    for left in stride(from: 0, to: newWidth, by: tile) {
                        for y in top..<min(top + tile, newHeight) {
                            var to = (y * newWidth + left) * channels
                            var from = start + y * down + left * right
                            for _ in left..<min(left + tile, newWidth) {
                                for channel in 0..<channels {
                                    unsafe target[to + channel] = source[from + channel]
                                }
                                to += channels
                                from += right
                            }
                        }
                    }
                }
                filled = count
            }
        }
        return PixelImage(width: newWidth, height: newHeight, channels: channels, levels: result)
    }
}
