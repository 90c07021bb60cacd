internal import Digests
internal import ImageCodec
internal import Patches
internal import Tensors

/// One input, read, decoded and brought to a model's working size.
struct LoadedImage: Sendable {
    let header: ImageHeader
    let sha256: String
    /// The upright image, perhaps decoded at a fraction of its size.
    let image: PixelImage
    /// The image at the working size, in `[0, 1]`.
    let input: FeatureMap

    /// Reads and decodes an input.
    ///
    /// - Parameters:
    ///   - entry: The input.
    ///   - options: Limits and damage policy.
    ///   - channels: 1 (grey) or 3 (colour); as stored when nil.
    ///   - pixels: The pixels of the working size.
    ///   - digest: Whether the file's SHA-256 is wanted.
    /// - Throws: ``ItemFailure`` of the stage that failed.
    init(
        _ entry: WalkEntry,
        options: IngestOptions,
        channels: Int?,
        pixels: Int,
        digest: Bool
    ) throws(ItemFailure) {
        let bytes = try Self.bytes(of: entry, options: options)
        try self.init(
            bytes,
            of: entry,
            sha256: digest ? SHA256Digest(of: bytes).description : "",
            options: options,
            channels: channels,
            pixels: pixels
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
    /// - Throws: ``ItemFailure`` when it can't be decoded.
    init(
        _ bytes: [UInt8],
        of entry: WalkEntry,
        sha256: String,
        options: IngestOptions,
        channels: Int?,
        pixels: Int
    ) throws(ItemFailure) {
        let decoded: DecodedImage
        do {
            decoded = try ImageReader.decode(
                bytes,
                channels: channels.map { $0 == 1 ? .grey : .colour } ?? .native,
                minimumPixels: pixels,
                limits: options.limits,
                damage: options.damage
            )
        } catch {
            throw ItemFailure(decoding: error, path: entry.relativePath)
        }
        header = decoded.header
        self.sha256 = sha256
        image = decoded.image
        let size = WorkingSize(pixels: pixels).size(width: image.width, height: image.height)
        input = Resampler(height: size.height, width: size.width).resample(image)
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
