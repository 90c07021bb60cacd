internal import ImageCodec
internal import Patches
internal import Tensors

extension LoadedImage {
    /// A tile at the working size, in `[0, 1]`.
    func input(of tile: Tile) -> FeatureMap { image.input(of: tile, pixels: pixels) }
}

extension PixelImage {
    /// A tile at the working size of so many pixels, in `[0, 1]`.
    func input(of tile: Tile, pixels: Int) -> FeatureMap {
        let size = WorkingSize(pixels: pixels).size(width: tile.width, height: tile.height)
        return Resampler(height: size.height, width: size.width).resample(part(tile))
    }

    /// The pixels of a tile; the image itself where the tile is all of it.
    func part(_ tile: Tile) -> PixelImage {
        precondition(
            tile.columns.upperBound <= width && tile.rows.upperBound <= height,
            "the tile leaves the image"
        )
        if tile.width == width, tile.height == height { return self }
        var part: [UInt8] = []
        part.reserveCapacity(tile.width * tile.height * channels)
        for row in tile.rows {
            let start = (row * width + tile.x) * channels
            part += levels[start..<start + tile.width * channels]
        }
        return PixelImage(
            width: tile.width,
            height: tile.height,
            channels: channels,
            levels: part
        )
    }
}
