/// How large an image is made before patches are taken from it.
///
/// Every image gets about the same number of pixels and keeps its aspect ratio.
public struct WorkingSize: Sendable, Equatable, Codable {
    /// The wanted number of pixels, in `1...2^30`.
    public let pixels: Int

    /// The shortest side in pixels that a size can have.
    public static let minimumSide = 16

    /// Creates a working size of `pixels` in `1...2^30`.
    public init(pixels: Int = 65_536) {
        precondition(Self.admitted.contains(pixels), "pixels must be in 1...2^30")
        self.pixels = pixels
    }

    /// Decodes a working size.
    ///
    /// - Throws: `DecodingError` when the number of pixels is not in `1...2^30`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        pixels = try container.decode(Int.self, forKey: .pixels)
        guard Self.admitted.contains(pixels) else {
            throw DecodingError.dataCorruptedError(
                forKey: .pixels,
                in: container,
                debugDescription: "pixels must be in 1...2^30"
            )
        }
    }

    /// The size for an image of `width` by `height` pixels, both positive.
    ///
    /// Both sides are scaled by `sqrt(pixels / (width * height))`, rounded to the nearest whole
    /// number and raised to ``minimumSide``.
    public func size(width: Int, height: Int) -> (height: Int, width: Int) {
        precondition(width > 0 && height > 0, "an image has at least one pixel")
        let scale = (Double(pixels) / (Double(width) * Double(height))).squareRoot()
        func side(_ length: Int) -> Int {
            max(Int((Double(length) * scale).rounded()), Self.minimumSide)
        }
        return (side(height), side(width))
    }

    private static let admitted = 1...1 << 30

    private enum CodingKeys: String, CodingKey { case pixels }
}
