internal import CImageShim

/// Reads a PNG from top to bottom, some rows at a time, so that its pixels need not be in memory at once.
///
/// All rows together are the image that ``ImageReader/decode(_:channels:minimumPixels:limits:damage:)`` gives, and a file that is
/// refused there is refused here with the same error: before its first row, or where the fault is come across,
/// which is in the last rows at the latest.
@safe public struct RowReader: ~Copyable {
    /// The file's header.
    public let header: ImageHeader
    /// 1 (grey) or 3 (red, green, blue).
    public let channels: Int
    /// The rows that were read so far.
    public private(set) var position = 0

    private let bytes: [UInt8]
    private let reader: OpaquePointer
    private let acceptsPart: Bool

    /// Whether images with this header are read: PNGs that are neither interlaced nor to be turned.
    public static func reads(_ header: ImageHeader) -> Bool {
        header.format == .png && !header.isInterlaced && header.orientation == 1
    }

    /// Opens a file that is in memory.
    ///
    /// - Parameters:
    ///   - bytes: A whole file.
    ///   - channels: Grey, colour, or as stored.
    ///   - limits: As for a whole image; the time is that of all rows.
    ///   - damage: What becomes of a damaged file.
    /// - Throws: ``DecodeError`` when there is no row within the limits and the policy, and of the code
    ///   ``DecodeError/Code/unsupported`` for an image that ``reads(_:)`` does not take.
    public init(
        _ bytes: [UInt8],
        channels: ChannelMode = .native,
        limits: DecodeLimits = .standard,
        damage: DamagePolicy = .truncated
    ) throws(DecodeError) {
        let header = try ImageReader.header(of: bytes, limits: limits)
        guard Self.reads(header) else {
            throw DecodeError(code: .unsupported, detail: "the rows are not stored one by one")
        }
        let channelCount = channels.count(for: header)
        var request = ci_request(
            header: header,
            channels: channelCount,
            reduction: 1,
            limits: limits,
            damage: damage
        )
        var message = CodecMessage()
        var opened: OpaquePointer?
        let status = unsafe ci_png_open(
            bytes,
            bytes.count,
            &request,
            &opened,
            &message.characters
        )
        guard status == CI_OK, let reader = unsafe opened else {
            throw DecodeError(status, message)
        }
        unsafe self.reader = reader
        self.header = header
        self.channels = channelCount
        self.bytes = bytes
        acceptsPart = damage == .none
    }

    deinit { unsafe ci_png_close(reader) }

    /// Reads the next rows.
    ///
    /// - Parameters:
    ///   - count: How many; at most those that are left.
    ///   - levels: Where they go, in `0...255`, the channels of a pixel together.
    ///   - offset: The place of the first level.
    /// - Throws: ``DecodeError``; then nothing more can be read.
    public mutating func read(
        _ count: Int,
        into levels: inout [UInt8],
        at offset: Int = 0
    ) throws(DecodeError) {
        let length = count * header.width * channels
        precondition(count >= 0 && position + count <= header.height, "there are no such rows")
        precondition(offset >= 0 && offset + length <= levels.count, "the rows don't fit")
        var message = CodecMessage()
        var rows: UInt32 = 0
        let (reader, bytes) = unsafe (reader, bytes)
        let status = unsafe levels.withUnsafeMutableBufferPointer { levels in
            unsafe ci_png_rows(
                reader,
                bytes,
                bytes.count,
                UInt32(count),
                levels.baseAddress.map { unsafe $0 + offset },
                length,
                &rows,
                &message.characters
            )
        }.orPart(accepted: acceptsPart, rows: rows)
        guard status == CI_OK else { throw DecodeError(status, message) }
        position += count
    }
}
