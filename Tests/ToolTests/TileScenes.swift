import Foundation
import ImageCodec
import TestSupport

/// Large pictures of cloth: samples of woven cloth side by side, perhaps one of them defective.
struct TileScenes {
    static let dataset = Repository.path("sample-data/woven-cloth")
    /// The size of a sample.
    static let (sampleWidth, sampleHeight) = (176, 132)

    private let samples: [PixelImage]

    init() throws {
        samples = try (0..<24).map { number in
            try Self.read(String(format: "train/good/%03d.png", number))
        }
    }

    private static func read(_ path: String) throws -> PixelImage {
        let bytes = try Data(contentsOf: URL(filePath: "\(dataset)/\(path)"))
        return try ImageReader.decode(Array(bytes)).image
    }

    /// Cloth of any size.
    func cloth(_ width: Int, _ height: Int, seed: UInt64) -> PixelImage {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        var cloth = PixelImage(
            width: width,
            height: height,
            channels: 3,
            levels: [UInt8](repeating: 0, count: width * height * 3)
        )
        for y in stride(from: 0, to: height, by: Self.sampleHeight) {
            for x in stride(from: 0, to: width, by: Self.sampleWidth) {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                Self.put(samples[Int(state >> 33) % samples.count], onto: &cloth, x: x, y: y)
            }
        }
        return cloth
    }

    /// The cloth with a defective sample in a place, and the mask of its defect.
    func cloth(
        _ width: Int,
        _ height: Int,
        seed: UInt64,
        defect: String,
        column: Int,
        row: Int
    ) throws -> (image: PixelImage, mask: PixelImage) {
        var image = cloth(width, height, seed: seed)
        let (x, y) = (column * Self.sampleWidth, row * Self.sampleHeight)
        Self.put(try Self.read("test/\(defect).png"), onto: &image, x: x, y: y)
        var mask = PixelImage(
            width: width,
            height: height,
            channels: 1,
            levels: [UInt8](repeating: 0, count: width * height)
        )
        Self.put(try Self.read("ground_truth/\(defect)_mask.png"), onto: &mask, x: x, y: y)
        return (image, mask)
    }

    private static func put(_ part: PixelImage, onto image: inout PixelImage, x: Int, y: Int) {
        let channels = image.channels
        let length = min(part.width, image.width - x) * channels
        for row in 0..<min(part.height, image.height - y) {
            let source = row * part.width * channels
            let target = ((y + row) * image.width + x) * channels
            image.levels.replaceSubrange(
                target..<target + length,
                with: part.levels[source..<source + length]
            )
        }
    }
}

extension PixelImage {
    /// The image turned by a quarter against the clock: what a camera that is held upright stores.
    var turned: PixelImage {
        var turned = PixelImage(width: height, height: width, channels: channels, levels: levels)
        for y in 0..<height {
            for x in 0..<width {
                let source = (y * width + x) * channels
                let target = ((width - 1 - x) * height + y) * channels
                for channel in 0..<channels {
                    turned.levels[target + channel] = levels[source + channel]
                }
            }
        }
        return turned
    }
}

/// Adds to a JPEG how to turn it upright.
func withOrientation(_ orientation: UInt8, _ jpeg: [UInt8]) -> [UInt8] {
    // TIFF, big-endian, with one directory of one short.
    let exif: [UInt8] =
        Array("Exif\u{0}\u{0}MM\u{0}*".utf8) + [0, 0, 0, 8, 0, 1]
        + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]
    return jpeg.prefix(2) + [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif + jpeg.dropFirst(2)
}
