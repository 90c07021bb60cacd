/// An image of at most 256 colours: a palette, and its index for each pixel.
public struct IndexedImage: Sendable, Equatable {
    /// The width in pixels.
    public let width: Int
    /// The height in pixels.
    public let height: Int
    /// Red, green, blue and alpha (255 is opaque), 1 to 256 colours.
    public let palette: [SIMD4<UInt8>]
    /// Places in the palette, row after row, shape `[height * width]`.
    public let indices: [UInt8]

    /// Creates an image from its indices; all must be places of the palette.
    public init(width: Int, height: Int, palette: [SIMD4<UInt8>], indices: [UInt8]) {
        precondition(1...256 ~= palette.count, "a palette has 1 to 256 colours")
        precondition(indices.count == width * height, "indices don't fill the image")
        precondition(
            palette.count == 256 || indices.allSatisfy { $0 < palette.count },
            "an index is not in the palette"
        )
        self.width = width
        self.height = height
        self.palette = palette
        self.indices = indices
    }
}
