internal import ImageCodec
internal import Patches
internal import Tensors

/// Whole rows of an image, with the tiles that lie in them.
struct ImageBand: Sendable {
    fileprivate let rows: PixelImage
    /// The row of the image that is the first of these.
    fileprivate let top: Int
    fileprivate let pixels: Int
    /// The tiles, in the image's pixels and order.
    let tiles: [Tile]

    /// A tile at the working size, in `[0, 1]`.
    func input(of tile: Tile) -> FeatureMap {
        let place = Tile(x: tile.x, y: tile.y - top, width: tile.width, height: tile.height)
        return rows.input(of: place, pixels: pixels)
    }
}

/// A large input that is divided into tiles and decoded from top to bottom, some rows of tiles at a time.
///
/// What is found in its tiles is what is found in those of a ``LoadedImage``. That the file is damaged may show in its last rows.
struct BandedImage: Sendable {
    let header: ImageHeader
    let sha256: String
    /// 1 (grey) or 3 (colour).
    let channels: Int

    private let bytes: [UInt8]
    private let options: IngestOptions
    private let path: RawPath
    /// The pixels of the working size.
    private let pixels: Int
    private let tiles: [Tile]
    /// The tiles of each band.
    private let bands: [Range<Int>]

    /// More than one row of tiles makes a band as long as it has no more pixels than this part of ``IngestOptions/wholePixels``.
    private static let bandShare = 4
    /// The rows of a band where the tiles don't matter.
    private static let plainRows = 64

    /// Looks at an input that was read.
    ///
    /// There is none of what is to be a ``LoadedImage``: an image not larger than ``IngestOptions/wholePixels``, divided into one
    /// row of tiles, or of a format that has no rows before all of it was read.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - entry: The input.
    ///   - sha256: The file's SHA-256.
    ///   - options: Limits and damage policy.
    ///   - channels: 1 (grey) or 3 (colour).
    ///   - pixels: The pixels of the working size.
    ///   - tiling: How the image is divided.
    /// - Throws: ``ItemFailure`` when the file's header is none or its image beyond the limits.
    init?(
        _ bytes: [UInt8],
        of entry: WalkEntry,
        sha256: String,
        options: IngestOptions,
        channels: Int,
        pixels: Int,
        tiling: Tiling
    ) throws(ItemFailure) {
        do {
            header = try ImageReader.header(of: bytes, limits: options.limits)
        } catch {
            throw ItemFailure(decoding: error, path: entry.relativePath)
        }
        guard RowReader.reads(header), header.width * header.height > options.wholePixels else {
            return nil
        }
        tiles = tiling.tiles(width: header.width, height: header.height)
        bands = Self.bands(of: tiles, limit: options.wholePixels / (Self.bandShare * header.width))
        guard tiles[0].height < header.height else { return nil }
        self.sha256 = sha256
        self.channels = channels
        self.bytes = bytes
        self.options = options
        path = entry.relativePath
        self.pixels = pixels
    }

    /// Divides rows of tiles into bands of one row, or more where they together have no more rows than the limit.
    static func bands(of tiles: [Tile], limit: Int) -> [Range<Int>] {
        var bands: [Range<Int>] = []
        var first = 0
        for (index, tile) in tiles.enumerated().dropFirst() where tile.y != tiles[index - 1].y {
            if tile.rows.upperBound - tiles[first].y > limit {
                bands.append(first..<index)
                first = index
            }
        }
        return bands + [first..<tiles.count]
    }

    /// Decodes the image and hands over its tiles, in their order.
    ///
    /// - Parameter body: Takes a band; should not keep it.
    /// - Throws: ``ItemFailure`` when the file is damaged.
    func forEachBand(_ body: (ImageBand) -> Void) throws(ItemFailure) {
        let rows = bands.map { tiles[$0.lowerBound].y..<tiles[$0.upperBound - 1].rows.upperBound }
        try read(rows, limits: options.limits) { index, image in
            body(
                ImageBand(
                    rows: image,
                    top: rows[index].lowerBound,
                    pixels: pixels,
                    tiles: Array(tiles[bands[index]])
                )
            )
        }
    }

    /// Decodes the image once more and hands over its rows, each once.
    ///
    /// - Parameter body: Takes some rows and the place of their first one; should not keep them.
    /// - Throws: ``ItemFailure`` when there is no memory.
    func forEachRows(_ body: (PixelImage, Int) -> Void) throws(ItemFailure) {
        let starts = stride(from: 0, to: header.height, by: Self.plainRows)
        let rows = starts.map { $0..<min($0 + Self.plainRows, header.height) }
        var limits = options.limits
        // It took no longer than the limit when it was assessed.
        limits.maximumSeconds = 1e6
        try read(rows, limits: limits) { body($1, rows[$0].lowerBound) }
    }

    /// Decodes ranges of rows, each of which goes on where the one before ends, or overlaps it.
    private func read(
        _ ranges: [Range<Int>],
        limits: DecodeLimits,
        _ body: (Int, PixelImage) -> Void
    ) throws(ItemFailure) {
        let stride = header.width * channels
        do {
            var reader = try RowReader(
                bytes,
                channels: channels == 1 ? .grey : .colour,
                limits: limits,
                damage: options.damage
            )
            // The rows from `top` on.
            var levels: [UInt8] = []
            var top = 0
            levels.reserveCapacity(stride * (ranges.map(\.count).max() ?? 0))
            for (index, range) in ranges.enumerated() {
                levels.removeFirst((range.lowerBound - top) * stride)
                top = range.lowerBound
                let kept = levels.count
                let fresh = range.upperBound - reader.position
                levels.append(contentsOf: repeatElement(0, count: fresh * stride))
                try reader.read(fresh, into: &levels, at: kept)
                body(
                    index,
                    PixelImage(
                        width: header.width,
                        height: range.count,
                        channels: channels,
                        levels: levels
                    )
                )
            }
        } catch {
            throw ItemFailure(decoding: error, path: path)
        }
    }
}
