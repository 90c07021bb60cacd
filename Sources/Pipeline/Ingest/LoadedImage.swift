internal import Digests
internal import ImageCodec
internal import Patches

/// One input, read and decoded, and divided as a model wants it.
struct LoadedImage: Sendable {
    let header: ImageHeader
    let sha256: String
    /// The upright image, perhaps decoded at a fraction of its size where it is not divided.
    let image: PixelImage
    /// The parts that are judged one by one: its tiles, or all of it.
    let tiles: [Tile]
    /// The pixels of the working size.
    let pixels: Int

    /// Reads and decodes an input.
    ///
    /// - Parameters:
    ///   - entry: The input.
    ///   - options: Limits and damage policy.
    ///   - channels: 1 (grey) or 3 (colour); as stored when nil.
    ///   - pixels: The pixels of the working size.
    ///   - tiling: How the image is divided; it is not when nil.
    ///   - digest: Whether the file's SHA-256 is wanted.
    /// - Throws: ``ItemFailure`` of the stage that failed.
    init(
        _ entry: WalkEntry,
        options: IngestOptions,
        channels: Int?,
        pixels: Int,
        tiling: Tiling?,
        digest: Bool
    ) throws(ItemFailure) {
        let bytes = try Self.bytes(of: entry, options: options)
        try self.init(
            bytes,
            of: entry,
            sha256: digest ? SHA256Digest(of: bytes).description : "",
            options: options,
            channels: channels,
            pixels: pixels,
            tiling: tiling
        )
    }

    /// Decodes an input that was read.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - entry: The input.
    ///   - sha256: The file's SHA-256, or nothing where it is not wanted.
    ///   - options: Limits and damage policy.
    ///   - channels: 1 (grey) or 3 (colour); as stored when nil.
    ///   - pixels: The pixels of the working size.
    ///   - tiling: How the image is divided; it is not when nil.
    /// - Throws: ``ItemFailure`` when it can't be decoded.
    init(
        _ bytes: [UInt8],
        of entry: WalkEntry,
        sha256: String,
        options: IngestOptions,
        channels: Int?,
        pixels: Int,
        tiling: Tiling?
    ) throws(ItemFailure) {
        let decoded: DecodedImage
        do {
            decoded = try ImageReader.decode(
                bytes,
                channels: channels.map { $0 == 1 ? .grey : .colour } ?? .native,
                minimumPixels: tiling == nil ? pixels : nil,
                limits: options.limits,
                damage: options.damage
            )
        } catch {
            throw ItemFailure(decoding: error, path: entry.relativePath)
        }
        header = decoded.header
        self.sha256 = sha256
        image = decoded.image
        let (width, height) = (image.width, image.height)
        tiles =
            tiling?.tiles(width: width, height: height)
            ?? [Tile(x: 0, y: 0, width: width, height: height)]
        self.pixels = pixels
    }

    static func bytes(
        of entry: WalkEntry,
        options: IngestOptions
    ) throws(ItemFailure) -> [UInt8] {
        do {
            return try entry.read(limit: options.limits.maximumBytes)
        } catch {
            throw ItemFailure(error, path: entry.relativePath)
        }
    }
}

extension ItemFailure {
    /// The failure of an input that could not be decoded.
    init(decoding error: DecodeError, path: RawPath) {
        self.init(
            stage: .decode,
            code: Code(rawValue: error.code.rawValue),
            path: path.description,
            detail: error.detail
        )
    }
}
