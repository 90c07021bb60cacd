public import ImageCodec

/// One file of the sample images: what to write, and where.
public struct SampleFile: Sendable, Equatable {
    /// How a picture is stored.
    public enum Format: Sendable, Equatable {
        /// PNG, 8 bits.
        case png
        /// Baseline JPEG of a quality in `1...100`.
        case jpeg(quality: Int)

        /// The end of the file's name, without the dot.
        public var pathExtension: String {
            switch self {
            case .png: "png"
            case .jpeg: "jpg"
            }
        }
    }

    /// Where it belongs, relative to the samples' folder, with `/` between names.
    public let path: String
    /// How it is stored.
    public let format: Format
    /// Its pixels; those of a mask are 255 where a flaw shows and 0 elsewhere.
    public let image: PixelImage
    /// Whether it marks the flaw of another file.
    public let isMask: Bool
}
