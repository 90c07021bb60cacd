public import ImageCodec
public import Scoring

/// A region with what is around it, as it is in the image: for an inspector to see the defect itself.
public enum RegionCrop {
    /// The longest side of a crop in pixels; larger ones are reduced.
    public static let longestSide = 512
    /// The least margin around a region, in pixels of the original image.
    private static let leastMargin = 64

    /// Cuts a region out.
    ///
    /// - Parameters:
    ///   - region: In pixels of the original image.
    ///   - image: The image, perhaps decoded at a fraction of its size.
    ///   - width: The original's width in pixels.
    ///   - height: The original's height in pixels.
    /// - Returns: The region's box with a margin of half its size, and at least 64 pixels, where the image goes on.
    public static func picture(
        of region: Region,
        in image: PixelImage,
        width: Int,
        height: Int
    ) -> PixelImage {
        // Without a copy of the part, which may be all of a huge image.
        var reduction = reduction(
            of: region,
            stored: (image.width, image.height),
            channels: image.channels,
            width: width,
            height: height
        )
        reduction.add(image, at: 0)
        return reduction.picture
    }

    /// Cuts a region out of an image whose rows come one after the other.
    ///
    /// - Parameters:
    ///   - region: In pixels of the original image.
    ///   - channels: The image's channels.
    ///   - width: The original's width in pixels.
    ///   - height: The original's height in pixels.
    /// - Returns: What makes of the original's rows what ``picture(of:in:width:height:)`` makes of all of it.
    public static func reduction(
        of region: Region,
        channels: Int,
        width: Int,
        height: Int
    ) -> RowReduction {
        reduction(
            of: region,
            stored: (width, height),
            channels: channels,
            width: width,
            height: height
        )
    }

    private static func reduction(
        of region: Region,
        stored: (width: Int, height: Int),
        channels: Int,
        width: Int,
        height: Int
    ) -> RowReduction {
        let box = region.box
        let columns = span(box.x, box.width, of: width, stored: stored.width)
        let rows = span(box.y, box.height, of: height, stored: stored.height)
        return RowReduction(
            columns: columns,
            rows: rows,
            channels: channels,
            to: PictureSize(width: columns.count, height: rows.count, longestSide: longestSide)
        )
    }

    /// A side of the box with its margins, in stored pixels.
    private static func span(_ start: Int, _ length: Int, of size: Int, stored: Int) -> Range<Int> {
        let margin = max(leastMargin, (length + 1) / 2)
        let first = min(max(start - margin, 0), size - 1)
        let end = min(max(start + length + margin, first + 1), size)
        let low = first * stored / size
        return low..<max(low + 1, (end * stored + size - 1) / size)
    }
}
