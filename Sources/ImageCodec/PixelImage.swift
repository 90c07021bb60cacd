/// A decoded image: 8-bit levels, grey or colour.
public struct PixelImage: Sendable, Equatable {
    /// The width in pixels.
    public let width: Int
    /// The height in pixels.
    public let height: Int
    /// 1 (grey) or 3 (red, green, blue).
    public let channels: Int
    /// Levels in `0...255`, row after row, the channels of a pixel together, shape `[height * width * channels]`.
    public var levels: [UInt8]

    /// Creates an image from its levels; `levels` must hold exactly `width * height * channels`.
    public init(width: Int, height: Int, channels: Int, levels: [UInt8]) {
        precondition(channels == 1 || channels == 3, "an image has 1 or 3 channels")
        precondition(levels.count == width * height * channels, "levels don't fill the image")
        self.width = width
        self.height = height
        self.channels = channels
        self.levels = levels
    }
}
