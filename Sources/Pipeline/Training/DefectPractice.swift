internal import Scoring
internal import SyntheticDefects
internal import Tensors

/// Paints defects into some of the normal images, or tiles of them.
///
/// The same images and seed give the same defects, in whatever order they are asked for. Kinds, sizes and contrasts are those
/// that ``DefectGallery`` shows. Places are others, and texture is lent by the image's own mirror image, so that no other
/// image need be in memory.
struct DefectPractice: Sendable {
    /// The inputs.
    let images: Int
    /// Their tiles.
    let tiles: Int
    let grid: PositionGrid
    let seed: UInt64

    init(of images: TrainingImages, grid: PositionGrid, seed: UInt64) {
        self.images = images.total
        tiles = images.layout.count
        self.grid = grid
        self.seed = seed
    }

    /// Whether a tile is one of those, evenly spread over the walk.
    func includes(_ tile: TrainingTile) -> Bool {
        EvenSelection(count: tiles, most: TrainingOptions.paintedLimit).includes(tile.number)
    }

    /// One of two halves of the images, those that are painted divided evenly.
    func half(of tile: TrainingTile) -> Int {
        EvenSelection(count: images, most: TrainingOptions.paintedLimit).ordinal(of: tile.image) % 2
    }

    /// Paints a tile; its mirror image lends the texture.
    ///
    /// - Parameters:
    ///   - image: What the tile shows, in `[0, 1]`.
    ///   - tile: The tile.
    /// - Returns: The painted image and the painted share of each position; nil for tiles that are left as they are.
    func paint(
        _ image: FeatureMap,
        at tile: TrainingTile
    ) -> (image: FeatureMap, mask: Matrix)? {
        guard includes(tile) else { return nil }
        let painted = DefectPainter().paint(
            on: image,
            source: Self.mirrored(image),
            seed: seed &+ UInt64(tile.number) &* 0x9E37_79B9
        )
        return (painted.image, Self.shares(of: painted.mask, on: grid))
    }

    /// The marked share of each position of a grid.
    static func shares(of mask: Matrix, on grid: PositionGrid) -> Matrix {
        Resampler(height: grid.rows, width: grid.columns).resample(mask)
    }

    private static func mirrored(_ image: FeatureMap) -> FeatureMap {
        var result = image
        let (width, channels) = (image.width, image.channels)
        for row in 0..<image.height {
            for column in 0..<width {
                let source = (row * width + width - 1 - column) * channels
                let target = (row * width + column) * channels
                for channel in 0..<channels {
                    result.elements[target + channel] = image.elements[source + channel]
                }
            }
        }
        return result
    }
}
