internal import Digests
internal import ImageCodec

/// What the header of an image says, and which file it is.
struct Glance: Sendable {
    /// Of the upright image, in pixels.
    let width: Int
    /// Of the upright image, in pixels.
    let height: Int
    /// 1 (grey) or 3 (colour).
    let channels: Int
    /// Of the whole file.
    let digest: SHA256Digest

    /// Creates a glance.
    init(width: Int, height: Int, channels: Int, digest: SHA256Digest) {
        self.width = width
        self.height = height
        self.channels = channels
        self.digest = digest
    }

    /// Looks at an input; nil where it can't be read.
    init?(at entry: WalkEntry, options: IngestOptions) {
        guard let bytes = try? LoadedImage.bytes(of: entry, options: options),
            let header = try? ImageReader.header(of: bytes, limits: options.limits)
        else { return nil }
        self.init(
            width: header.orientedWidth,
            height: header.orientedHeight,
            channels: header.channels,
            digest: SHA256Digest(of: bytes)
        )
    }
}
