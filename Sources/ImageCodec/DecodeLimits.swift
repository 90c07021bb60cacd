/// The largest input that is decoded.
///
/// Checked against the header before any pixel memory is allocated, so a small file that declares
/// a huge image costs nothing.
public struct DecodeLimits: Sendable, Equatable, Codable {
    /// The most bytes of a file.
    public var maximumBytes: Int
    /// The most pixels of an image.
    public var maximumPixels: Int
    /// The most pixels along one side.
    public var maximumSide: Int
    /// The most scans of a progressive JPEG; each one costs a pass over the image.
    public var maximumScans: Int
    /// The most processor time of one thread that decoding may take, in seconds, above 0 and at most a million.
    public var maximumSeconds: Double

    /// 256 MiB, 200 million pixels, 65 000 pixels a side, 200 scans, 60 seconds.
    public static let standard = DecodeLimits()

    /// Creates limits.
    public init(
        maximumBytes: Int = 256 << 20,
        maximumPixels: Int = 200_000_000,
        maximumSide: Int = 65_000,
        maximumScans: Int = 200,
        maximumSeconds: Double = 60
    ) {
        self.maximumBytes = maximumBytes
        self.maximumPixels = maximumPixels
        self.maximumSide = maximumSide
        self.maximumScans = maximumScans
        self.maximumSeconds = min(maximumSeconds, 1e6)
    }

    func admit(byteCount: Int) throws(DecodeError) {
        guard byteCount <= maximumBytes else {
            throw DecodeError(
                code: .tooManyBytes,
                detail: "\(byteCount) bytes, limit \(maximumBytes)"
            )
        }
    }

    func admit(width: Int, height: Int) throws(DecodeError) {
        guard max(width, height) <= maximumSide else {
            throw DecodeError(
                code: .sideTooLong,
                detail: "\(width) x \(height) pixels, limit \(maximumSide) a side"
            )
        }
        // Sides come from 32-bit fields: the product can't overflow.
        guard width * height <= maximumPixels else {
            throw DecodeError(
                code: .tooManyPixels,
                detail: "\(width) x \(height) pixels, limit \(maximumPixels)"
            )
        }
    }
}
