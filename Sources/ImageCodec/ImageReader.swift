internal import CImageShim

/// Reads PNG and JPEG files that are in memory.
///
/// Levels are taken as stored: no gamma and no colour profile is applied, so the same file gives
/// the same levels everywhere, and normal and suspect images of one camera stay comparable.
/// Transparent pixels are blended over white, because what is stored under them is arbitrary.
/// 16-bit samples are rounded to the nearest 8-bit level. Grey from colour is the Rec. 601 luma in
/// fixed-point arithmetic; from a YCbCr JPEG it is the stored Y. CMYK is converted without a
/// profile.
public enum ImageReader {
    /// Reads what a file says about its image.
    ///
    /// - Parameters:
    ///   - bytes: A whole file; a file cut after its header will do.
    ///   - limits: The largest image that is admitted.
    /// - Returns: Sizes in pixels as stored, channels, bits, orientation.
    /// - Throws: ``DecodeError`` when the header is no header or its image exceeds the limits.
    public static func header(
        of bytes: [UInt8],
        limits: DecodeLimits = .standard
    ) throws(DecodeError) -> ImageHeader {
        guard !bytes.isEmpty else { throw DecodeError(code: .empty, detail: "no bytes") }
        try limits.admit(byteCount: bytes.count)
        guard let format = ImageFormat.sniff(bytes) else {
            throw DecodeError(code: .unknownFormat, detail: "neither PNG nor JPEG")
        }
        var stored = ci_header()
        var message = CodecMessage()
        let status =
            switch format {
            case .png: unsafe ci_png_header(bytes, bytes.count, &stored, &message.characters)
            case .jpeg: unsafe ci_jpeg_header(bytes, bytes.count, &stored, &message.characters)
            }
        guard status == CI_OK else { throw DecodeError(status, message) }
        let header = ImageHeader(
            format: format,
            width: Int(stored.width),
            height: Int(stored.height),
            channels: Int(stored.channels),
            bitDepth: Int(stored.bit_depth),
            orientation: ExifOrientation.of(bytes, format: format),
            isInterlaced: stored.interlaced != 0
        )
        try limits.admit(width: header.width, height: header.height)
        return header
    }

    /// Decodes a file to an upright 8-bit image.
    ///
    /// - Parameters:
    ///   - bytes: A whole file.
    ///   - channels: Grey, colour, or as stored.
    ///   - minimumPixels: When given, a JPEG may be decoded at 1/2, 1/4 or 1/8 of its sides, which
    ///     is several times faster, as long as at least so many pixels remain.
    ///   - limits: Checked against the header before anything is allocated.
    ///   - damage: What becomes of a damaged file.
    /// - Returns: The upright image with its header and the reduction that was used.
    /// - Throws: ``DecodeError`` when there is no image within the limits and the policy.
    public static func decode(
        _ bytes: [UInt8],
        channels: ChannelMode = .native,
        minimumPixels: Int? = nil,
        limits: DecodeLimits = .standard,
        damage: DamagePolicy = .truncated
    ) throws(DecodeError) -> DecodedImage {
        let header = try header(of: bytes, limits: limits)
        let reduction = reduction(of: header, minimumPixels: minimumPixels)
        let channelCount = channels.count(for: header)
        let request = ci_request(
            header: header,
            channels: channelCount,
            reduction: reduction,
            limits: limits,
            damage: damage
        )
        let levels = try pixels(
            of: bytes,
            format: header.format,
            request: request,
            acceptsPart: damage == .none
        )
        let stored = PixelImage(
            width: Int(request.width),
            height: Int(request.height),
            channels: channelCount,
            levels: levels
        )
        return DecodedImage(
            header: header,
            image: stored.upright(from: header.orientation),
            reduction: reduction
        )
    }

    private static func pixels(
        of bytes: [UInt8],
        format: ImageFormat,
        request: ci_request,
        acceptsPart: Bool
    ) throws(DecodeError) -> [UInt8] {
        var request = request
        var message = CodecMessage()
        var status = CI_OK
        let count = Int(request.width) * Int(request.height) * Int(request.channels)
        let levels = unsafe [UInt8](unsafeUninitializedCapacity: count) { levels, filled in
            var rows: UInt32 = 0
            status =
                switch format {
                case .png:
                    unsafe ci_png_pixels(
                        bytes,
                        bytes.count,
                        &request,
                        levels.baseAddress,
                        count,
                        &rows,
                        &message.characters
                    )
                case .jpeg:
                    unsafe ci_jpeg_pixels(
                        bytes,
                        bytes.count,
                        &request,
                        levels.baseAddress,
                        count,
                        &rows,
                        &message.characters
                    )
                }
            status = status.orPart(accepted: acceptsPart, rows: rows)
            filled = status == CI_OK ? count : 0
        }
        guard status == CI_OK else { throw DecodeError(status, message) }
        return levels
    }

    private static func reduction(of header: ImageHeader, minimumPixels: Int?) -> Int {
        guard header.format == .jpeg, let minimumPixels else { return 1 }
        let fitting = [8, 4, 2].first { reduction in
            let width = (header.width + reduction - 1) / reduction
            let height = (header.height + reduction - 1) / reduction
            return width * height >= minimumPixels
        }
        return fitting ?? 1
    }
}
