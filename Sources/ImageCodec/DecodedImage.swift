/// An image and what its file said about it.
public struct DecodedImage: Sendable, Equatable {
    /// The file's header; its sizes are those of the stored image.
    public let header: ImageHeader
    /// The upright image.
    public let image: PixelImage
    /// 1, 2, 4 or 8: how many stored pixels, along each side, became one pixel of ``image``.
    public let reduction: Int
}
