internal import Scoring
internal import SyntheticDefects
internal import Tensors

/// Paints defects into some of the normal images.
///
/// The same images and seed give the same defects, in whatever order they are asked for. Kinds, sizes and contrasts are those
/// that ``DefectGallery`` shows. Places are others, and texture is lent by the image's own mirror image, so that no other
/// image need be in memory.
struct DefectPractice: Sendable {
    /// The inputs.
    let images: Int
    let grid: PositionGrid
    let seed: UInt64

    /// Whether an image is one of those, evenly spread over the walk.
    func includes(_ place: Int) -> Bool {
        selection.includes(place)
    }

    /// One of two halves of the images, those that are painted divided evenly.
    func half(of place: Int) -> Int {
        selection.ordinal(of: place) % 2
    }

    private var selection: EvenSelection {
        EvenSelection(count: images, most: TrainingOptions.paintedLimit)
    }

    /// Paints an image; its mirror image lends the texture.
    ///
    /// - Parameters:
    ///   - image: In `[0, 1]`.
    ///   - place: Its place in the walk.
    /// - Returns: The painted image and the painted share of each position; nil for images that are left as they are.
    func paint(_ image: FeatureMap, at place: Int) -> (image: FeatureMap, mask: Matrix)? {
        guard includes(place) else { return nil }
        let painted = DefectPainter().paint(
            on: image,
            source: Self.mirrored(image),
            seed: seed &+ UInt64(place) &* 0x9E37_79B9
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
