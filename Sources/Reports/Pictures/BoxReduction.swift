public import ImageCodec

/// Reduces images by averaging the area under each pixel.
enum BoxReduction {
    /// Returns the image in a size that is not larger than its own, grey as grey.
    ///
    /// - Complexity: One pass over the image; beside the result one row of it is in memory.
    static func reduce(_ image: PixelImage, to size: PictureSize) -> PixelImage {
        if size.width == image.width, size.height == image.height { return image }
        var reduction = RowReduction(
            columns: 0..<image.width,
            rows: 0..<image.height,
            channels: image.channels,
            to: size
        )
        reduction.add(image, at: 0)
        return reduction.picture
    }
}

extension PixelImage {
    /// The picture reduced by averaging so that no side is longer; grey stays grey.
    public func reduced(longestSide: Int) -> PixelImage {
        BoxReduction.reduce(
            self,
            to: PictureSize(width: width, height: height, longestSide: longestSide)
        )
    }

    /// The picture with three channels.
    public func inColor() -> PixelImage {
        guard channels == 1 else { return self }
        let colored = [UInt8](unsafeUninitializedCapacity: levels.count * 3) { target, count in
            for (index, level) in levels.enumerated() {
                target[3 * index] = level
                target[3 * index + 1] = level
                target[3 * index + 2] = level
            }
            count = levels.count * 3
        }
        return PixelImage(width: width, height: height, channels: 3, levels: colored)
    }
}
