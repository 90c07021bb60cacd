public import ImageCodec

/// Reduces a part of an image by averaging the area under each pixel, as the image's rows come; grey as grey.
///
/// Beside the result one row of the part is in memory.
public struct RowReduction: Sendable {
    private let columns: Range<Int>
    private let rows: Range<Int>
    private let channels: Int
    private let size: PictureSize
    private let columnSpans: [Span]
    private let rowSpans: [Span]
    private var sum: [Float]
    private var levels: [UInt8]
    /// The rows of the result that are done.
    private var done = 0

    /// Starts without rows.
    ///
    /// - Parameters:
    ///   - columns: The part's columns in the image.
    ///   - rows: The part's rows in the image.
    ///   - channels: The image's channels.
    ///   - size: The wanted size, not larger than the part.
    init(columns: Range<Int>, rows: Range<Int>, channels: Int, to size: PictureSize) {
        precondition(size.width <= columns.count && size.height <= rows.count)
        self.columns = columns
        self.rows = rows
        self.channels = channels
        self.size = size
        columnSpans = Self.spans(from: columns.count, to: size.width)
        rowSpans = Self.spans(from: rows.count, to: size.height)
        sum = [Float](repeating: 0, count: columns.count * channels)
        levels = [UInt8](repeating: 0, count: size.width * size.height * channels)
    }

    /// Reduces a whole image so that no side is longer.
    ///
    /// - Parameters:
    ///   - width: The width of the image in pixels.
    ///   - height: The height of the image in pixels.
    ///   - channels: The channels of the image.
    ///   - longestSide: The longest side of the result in pixels.
    public init(width: Int, height: Int, channels: Int, longestSide: Int) {
        self.init(
            columns: 0..<width,
            rows: 0..<height,
            channels: channels,
            to: PictureSize(width: width, height: height, longestSide: longestSide)
        )
    }

    /// Takes the next rows of the image; those that are not of the part do nothing.
    ///
    /// - Parameters:
    ///   - band: As wide as the image.
    ///   - top: The row of the image that is the band's first.
    public mutating func add(_ band: PixelImage, at top: Int) {
        precondition(band.channels == channels && columns.upperBound <= band.width)
        let (first, end) = (max(top, rows.lowerBound), min(top + band.height, rows.upperBound))
        guard first < end else { return }
        let length = columns.count * channels
        band.levels.withUnsafeBufferPointer { source in
            for line in first..<end {
                let start = ((line - top) * band.width + columns.lowerBound) * channels
                add(
                    UnsafeBufferPointer(rebasing: source[start..<start + length]),
                    of: line - rows.lowerBound
                )
            }
        }
    }

    /// The result; black where no rows have come.
    public var picture: PixelImage {
        PixelImage(width: size.width, height: size.height, channels: channels, levels: levels)
    }

    /// Takes a row of the part.
    private mutating func add(_ row: UnsafeBufferPointer<UInt8>, of place: Int) {
        while done < size.height, rowSpans[done].first <= place {
            let span = rowSpans[done]
            let target = done * size.width * channels
            if size.width == columns.count, size.height == rows.count {
                levels.withUnsafeMutableBufferPointer { levels in
                    for (index, level) in row.enumerated() { levels[target + index] = level }
                }
            } else {
                Self.add(
                    row,
                    times: span.share(of: place),
                    to: &sum,
                    isFirst: place == span.first
                )
                guard place == span.last else { return }
                Self.narrow(
                    sum,
                    columns: columnSpans,
                    channels: channels,
                    into: &levels,
                    at: target
                )
            }
            done += 1
        }
    }

    private static func add(
        _ row: UnsafeBufferPointer<UInt8>,
        times weight: Float,
        to sum: inout [Float],
        isFirst: Bool
    ) {
        sum.withUnsafeMutableBufferPointer { sum in
            if isFirst {
                for index in 0..<row.count { sum[index] = Float(row[index]) * weight }
            } else {
                for index in 0..<row.count { sum[index] += Float(row[index]) * weight }
            }
        }
    }

    private static func narrow(
        _ row: [Float],
        columns: [Span],
        channels: Int,
        into levels: inout [UInt8],
        at start: Int
    ) {
        row.withUnsafeBufferPointer { row in
            levels.withUnsafeMutableBufferPointer { levels in
                for (x, span) in columns.enumerated() {
                    for channel in 0..<channels {
                        var sum = row[span.first * channels + channel] * span.firstShare
                        for place in span.first..<span.last {
                            let share = place + 1 == span.last ? span.lastShare : span.share
                            sum += row[(place + 1) * channels + channel] * share
                        }
                        levels[start + x * channels + channel] = UInt8(min(sum + 0.5, 255))
                    }
                }
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
