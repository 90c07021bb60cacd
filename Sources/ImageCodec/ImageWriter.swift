internal import CImageShim

/// Writes PNG and JPEG files in memory.
///
/// The same image and settings give the same bytes with the same versions of libpng, zlib and
/// libjpeg; no time, name or text is written.
public enum ImageWriter {
    /// Encodes an image as PNG.
    ///
    /// - Parameters:
    ///   - image: Grey or colour; it must have at least one pixel.
    ///   - compression: zlib's level in `0...9`.
    /// - Returns: A whole PNG file.
    /// - Throws: ``EncodeError`` when the image has no pixels or a side over 2^31 - 1, or there
    ///   is no memory.
    public static func png(
        _ image: PixelImage,
        compression: Int = 6
    ) throws(EncodeError) -> [UInt8] {
        try png(
            width: image.width,
            height: image.height,
            channels: image.channels,
            levels: image.levels,
            style: style(compression)
        )
    }

    /// Encodes an image as PNG at ten times the speed of zlib's lowest level, in files of about its size.
    ///
    /// All rows go through the Paeth filter; repeats are found only within flat areas, from one row to the next and where the
    /// caller knows of them. The bytes don't depend on the version of zlib.
    ///
    /// - Parameters:
    ///   - image: Grey or colour; it must have at least one pixel.
    ///   - repeat: The pixels to the right after which much comes again, for instance in pictures side by side; nil for none.
    /// - Returns: A whole PNG file.
    /// - Throws: ``EncodeError`` as ``png(_:compression:)``.
    /// - Complexity: Three passes; memory for the image once more.
    public static func quickPNG(
        _ image: PixelImage,
        repeat: Int? = nil
    ) throws(EncodeError) -> [UInt8] {
        try png(
            width: image.width,
            height: image.height,
            channels: image.channels,
            levels: image.levels,
            style: quickStyle(repeat: `repeat`)
        )
    }

    /// Encodes an image of a few colours as PNG with a palette, as quickly as ``quickPNG(_:repeat:)``.
    ///
    /// - Parameter image: Transparency is stored where a colour of the palette has it.
    /// - Returns: A whole PNG file.
    /// - Throws: ``EncodeError`` as ``png(_:compression:)``.
    public static func quickPNG(_ image: IndexedImage) throws(EncodeError) -> [UInt8] {
        let palette = image.palette.flatMap { [$0.x, $0.y, $0.z, $0.w] }
        return try unsafe encode(width: image.width, height: image.height) { bytes, message in
            unsafe ci_png_encode_indexed(
                image.indices,
                UInt32(image.width),
                UInt32(image.height),
                palette,
                UInt32(image.palette.count),
                &bytes,
                &message.characters
            )
        }
    }

    /// Encodes an image with transparency as PNG.
    ///
    /// - Parameters:
    ///   - width: In pixels.
    ///   - height: In pixels.
    ///   - levels: Red, green, blue and alpha (255 is opaque) of each pixel, shape
    ///     `[height * width * 4]`.
    ///   - compression: zlib's level in `0...9`.
    /// - Returns: A whole PNG file.
    /// - Throws: ``EncodeError`` as ``png(_:compression:)``.
    public static func pngRGBA(
        width: Int,
        height: Int,
        levels: [UInt8],
        compression: Int = 6
    ) throws(EncodeError) -> [UInt8] {
        precondition(levels.count == width * height * 4, "levels don't fill the image")
        return try png(
            width: width,
            height: height,
            channels: 4,
            levels: levels,
            style: style(compression)
        )
    }

    /// Encodes an image as baseline JPEG.
    ///
    /// - Parameters:
    ///   - image: Grey or colour; colour is stored as YCbCr.
    ///   - quality: libjpeg's quality in `1...100`.
    ///   - halvesChroma: Whether the colour of four pixels is stored as one, which blurs thin coloured lines.
    /// - Returns: A whole JPEG file.
    /// - Throws: ``EncodeError`` when the image has no pixels or a side over 65 500, or there is no
    ///   memory.
    public static func jpeg(
        _ image: PixelImage,
        quality: Int = 90,
        halvesChroma: Bool = true
    ) throws(EncodeError) -> [UInt8] {
        precondition(1...100 ~= quality, "quality must be in 1...100")
        return try unsafe encode(width: image.width, height: image.height) { bytes, message in
            unsafe ci_jpeg_encode(
                image.levels,
                UInt32(image.width),
                UInt32(image.height),
                UInt32(image.channels),
                Int32(quality),
                halvesChroma ? 0 : 1,
                &bytes,
                &message.characters
            )
        }
    }

    private static func png(
        width: Int,
        height: Int,
        channels: Int,
        levels: [UInt8],
        style: ci_png_style
    ) throws(EncodeError) -> [UInt8] {
        try unsafe encode(width: width, height: height) { bytes, message in
            unsafe ci_png_encode(
                levels,
                UInt32(width),
                UInt32(height),
                UInt32(channels),
                style,
                &bytes,
                &message.characters
            )
        }
    }

    private static func style(_ compression: Int) -> ci_png_style {
        precondition(0...9 ~= compression, "compression must be in 0...9")
        return ci_png_style(compression: Int32(compression), is_quick: 0, repeat: 0)
    }

    private static func quickStyle(repeat pixels: Int?) -> ci_png_style {
        precondition(pixels ?? 1 > 0, "a repeat is to the right of what it repeats")
        return ci_png_style(compression: 0, is_quick: 1, repeat: UInt32(pixels ?? 0))
    }

    private static func encode(
        width: Int,
        height: Int,
        with codec: (inout ci_bytes, inout CodecMessage) -> ci_status
    ) throws(EncodeError) -> [UInt8] {
        guard width > 0, height > 0, max(width, height) <= Int32.max else {
            throw EncodeError(detail: "\(width) x \(height) pixels can't be encoded")
        }
        var bytes = unsafe ci_bytes()
        defer { unsafe ci_bytes_free(&bytes) }
        var message = CodecMessage()
        let status = unsafe codec(&bytes, &message)
        guard status == CI_OK else { throw EncodeError(detail: message.text) }
        return unsafe [UInt8](UnsafeBufferPointer(start: bytes.data, count: bytes.count))
    }
}
