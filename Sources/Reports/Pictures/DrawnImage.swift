internal import ImageCodec
internal import Tensors

/// An image in one size with its map over it; each is drawn once, when it is first asked for.
final class DrawnImage {
    let image: PixelImage
    private(set) lazy var layer = HeatLayer(of: map, size: size)
    /// The image with what is above the threshold marked, in colour.
    private(set) lazy var overlay = layer.laid(over: image)

    private let map: Matrix

    init(_ image: PixelImage, map: Matrix) {
        self.image = image
        self.map = map
    }

    /// The same in a size in which no side is longer; this one where that is so.
    func reduced(longestSide: Int) -> DrawnImage {
        max(image.width, image.height) <= longestSide
            ? self : DrawnImage(image.reduced(longestSide: longestSide), map: map)
    }

    private var size: PictureSize {
        PictureSize(
            width: image.width,
            height: image.height,
            longestSide: max(image.width, image.height)
        )
    }
}
