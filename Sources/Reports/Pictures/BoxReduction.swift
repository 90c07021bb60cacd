internal import ImageCodec

/// Reduces images by averaging the area under each pixel.
enum BoxReduction {
    /// Returns the image in colour and in a size that is not larger than its own.
    static func color(_ image: PixelImage, to size: PictureSize) -> PixelImage {
        precondition(size.width <= image.width && size.height <= image.height)
        var levels = [UInt8](repeating: 0, count: size.width * size.height * 3)
        let spans = spans(from: image.width, to: size.width)
        var row = [Float](repeating: 0, count: size.width * image.channels)
        for (top, vertical) in Self.spans(from: image.height, to: size.height).enumerated() {
            for index in row.indices { row[index] = 0 }
            for (line, weight) in vertical {
                add(image, line: line, weight: weight, spans: spans, to: &row)
            }
            for column in 0..<size.width {
                for channel in 0..<3 {
                    let source = column * image.channels + (image.channels == 1 ? 0 : channel)
                    levels[(top * size.width + column) * 3 + channel] =
                        UInt8(min(max(row[source].rounded(), 0), 255))
                }
            }
        }
        return PixelImage(width: size.width, height: size.height, channels: 3, levels: levels)
    }

    /// Adds one line of the image, reduced across, to a row of the result.
    private static func add(
        _ image: PixelImage,
        line: Int,
        weight: Float,
        spans: [[(Int, Float)]],
        to row: inout [Float]
    ) {
        let start = line * image.width * image.channels
        for (column, horizontal) in spans.enumerated() {
            for (place, share) in horizontal {
                let factor = weight * share
                for channel in 0..<image.channels {
                    row[column * image.channels + channel] +=
                        factor * Float(image.levels[start + place * image.channels + channel])
                }
            }
        }
    }

    /// For each new place the old ones under it and their shares, which sum to 1.
    private static func spans(from old: Int, to new: Int) -> [[(Int, Float)]] {
        (0..<new).map { place in
            // In units of 1/new of an old pixel, to stay exact.
            let start = place * old
            let end = start + old
            return (start / new...(end - 1) / new).map { index in
                let covered = min(end, (index + 1) * new) - max(start, index * new)
                return (index, Float(covered) / Float(old))
            }
        }
    }
}
