public import ImageCodec

/// Reduces images by averaging the area under each pixel.
enum BoxReduction {
    /// Returns the image in a size that is not larger than its own, grey as grey.
    ///
    /// - Complexity: One pass over the image; beside the result one row of it is in memory.
    static func reduce(_ image: PixelImage, to size: PictureSize) -> PixelImage {
        if size.width == image.width, size.height == image.height { return image }
        return reduce(image, columns: 0..<image.width, rows: 0..<image.height, to: size)
    }

    /// Returns a part of the image in a size that is not larger than its own, grey as grey.
    ///
    /// - Complexity: One pass over the part; beside the result one row of it is in memory.
    static func reduce(
        _ image: PixelImage,
        columns part: Range<Int>,
        rows partRows: Range<Int>,
        to size: PictureSize
    ) -> PixelImage {
        precondition(size.width <= part.count && size.height <= partRows.count)
        let channels = image.channels
        if size.width == part.count, size.height == partRows.count {
            return cut(image, columns: part, rows: partRows)
        }
        let columns = spans(from: part.count, to: size.width)
        let rows = spans(from: partRows.count, to: size.height)
        let rowLength = part.count * channels
        var sum = [Float](repeating: 0, count: rowLength)
        let levels = [UInt8](unsafeUninitializedCapacity: size.width * size.height * channels) {
            target,
            count in
            sum.withUnsafeMutableBufferPointer { sum in
                image.levels.withUnsafeBufferPointer { source in
                    for (y, span) in rows.enumerated() {
                        for line in span.first...span.last {
                            let place = (partRows.lowerBound + line) * image.width + part.lowerBound
                            let row = source[place * channels..<place * channels + rowLength]
                            add(
                                UnsafeBufferPointer(rebasing: row),
                                times: span.share(of: line),
                                to: sum,
                                isFirst: line == span.first
                            )
                        }
                        let row = target[y * size.width * channels..<target.count]
                        narrow(
                            UnsafeBufferPointer(sum),
                            columns: columns,
                            channels: channels,
                            into: UnsafeMutableBufferPointer(rebasing: row)
                        )
                    }
                }
            }
            count = size.width * size.height * channels
        }
        return PixelImage(
            width: size.width,
            height: size.height,
            channels: channels,
            levels: levels
        )
    }

    private static func cut(
        _ image: PixelImage,
        columns: Range<Int>,
        rows: Range<Int>
    ) -> PixelImage {
        var levels: [UInt8] = []
        levels.reserveCapacity(rows.count * columns.count * image.channels)
        for row in rows {
            let start = row * image.width
            levels +=
                image.levels[
                    (start + columns.lowerBound) * image.channels..<(start + columns.upperBound)
                        * image.channels
                ]
        }
        return PixelImage(
            width: columns.count,
            height: rows.count,
            channels: image.channels,
            levels: levels
        )
    }

    private static func add(
        _ row: UnsafeBufferPointer<UInt8>,
        times weight: Float,
        to sum: UnsafeMutableBufferPointer<Float>,
        isFirst: Bool
    ) {
        if isFirst {
            for index in 0..<row.count { sum[index] = Float(row[index]) * weight }
        } else {
            for index in 0..<row.count { sum[index] += Float(row[index]) * weight }
        }
    }

    private static func narrow(
        _ row: UnsafeBufferPointer<Float>,
        columns: [Span],
        channels: Int,
        into target: UnsafeMutableBufferPointer<UInt8>
    ) {
        for (x, span) in columns.enumerated() {
            for channel in 0..<channels {
                var sum = row[span.first * channels + channel] * span.firstShare
                for place in span.first..<span.last {
                    let share = place + 1 == span.last ? span.lastShare : span.share
                    sum += row[(place + 1) * channels + channel] * share
                }
                target[x * channels + channel] = UInt8(min(sum + 0.5, 255))
            }
        }
    }

    /// The old places under a new one and their shares, which sum to 1.
    private struct Span {
        let first: Int
        let last: Int
        let firstShare: Float
        let lastShare: Float
        /// Of each place between the first and the last.
        let share: Float

        func share(of place: Int) -> Float {
            place == first ? firstShare : place == last ? lastShare : share
        }
    }

    private static func spans(from old: Int, to new: Int) -> [Span] {
        (0..<new).map { place in
            // In units of 1/new of an old pixel, to stay exact.
            let start = place * old
            let end = start + old
            let (first, last) = (start / new, (end - 1) / new)
            return Span(
                first: first,
                last: last,
                firstShare: Float(min(end, (first + 1) * new) - start) / Float(old),
                lastShare: Float(end - max(start, last * new)) / Float(old),
                share: Float(new) / Float(old)
            )
        }
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
