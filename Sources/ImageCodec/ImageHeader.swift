/// What a file says about its image before any pixel is decoded.
public struct ImageHeader: Sendable, Equatable {
    /// The file's format.
    public let format: ImageFormat
    /// The stored width in pixels.
    public let width: Int
    /// The stored height in pixels.
    public let height: Int
    /// 1 (grey) or 3 (colour), the channels of a native decoding.
    public let channels: Int
    /// Bits per stored sample; of a palette's index for a PNG with a palette.
    public let bitDepth: Int
    /// The EXIF orientation in `1...8`: how to turn the stored image upright; 1 is upright.
    public let orientation: Int
    /// Whether a PNG is interlaced: no row of it is whole before all of the file was read.
    public let isInterlaced: Bool

    /// The width in pixels of the upright image.
    public var orientedWidth: Int { orientation > 4 ? height : width }
    /// The height in pixels of the upright image.
    public var orientedHeight: Int { orientation > 4 ? width : height }

    /// Creates a header.
    public init(
        format: ImageFormat,
        width: Int,
        height: Int,
        channels: Int,
        bitDepth: Int,
        orientation: Int = 1,
        isInterlaced: Bool = false
    ) {
        self.format = format
        self.width = width
        self.height = height
        self.channels = channels
        self.bitDepth = bitDepth
        self.orientation = orientation
        self.isInterlaced = isInterlaced
    }
}
