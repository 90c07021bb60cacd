import Foundation
import ImageCodec
import TestSupport

/// Small images that a careful user would not train on, the same each time.
enum OddImages {
    /// A PNG of about a level, with some noise.
    static func noise(
        _ width: Int,
        _ height: Int,
        channels: Int = 1,
        level: Int = 120,
        spread: Int = 40,
        seed: UInt64
    ) throws -> [UInt8] {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        let levels = (0..<width * height * channels).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let random = Int(state >> 40) % (spread + 1)
            return UInt8(max(0, min(255, level + random - spread / 2)))
        }
        if channels == 4 {
            return try ImageWriter.pngRGBA(width: width, height: height, levels: levels)
        }
        return try ImageWriter.png(
            PixelImage(width: width, height: height, channels: channels, levels: levels)
        )
    }

    /// A grey PNG.
    static func grey(_ width: Int, _ height: Int, levels: [UInt8]) throws -> [UInt8] {
        try ImageWriter.png(
            PixelImage(width: width, height: height, channels: 1, levels: levels)
        )
    }

    /// A PNG of one level.
    static func constant(_ width: Int, _ height: Int, channels: Int = 1, level: Int) throws
        -> [UInt8]
    {
        try noise(width, height, channels: channels, level: level, spread: 0, seed: 0)
    }

    /// The golden files of the codec: each colour type, depth and way of storing.
    static let golden = Repository.path("Tests/ImageCodecTests/Golden")

    /// The sets by name.
    static let names = [
        "constant", "all alike", "black", "smaller than a patch", "one pixel", "two", "tall",
        "wide", "mixed",
    ]

    /// The images of a set.
    static func images(_ name: String) throws -> [[UInt8]] {
        let places = Array(UInt64(0)..<6)
        switch name {
        case "constant": return try places.map { try constant(64, 48, level: 40 * Int($0) + 20) }
        case "all alike": return try places.map { _ in try noise(64, 48, seed: 7) }
        case "black": return try places.map { _ in try constant(64, 48, channels: 3, level: 0) }
        case "smaller than a patch": return try places.map { try noise(3, 3, seed: $0) }
        case "one pixel": return try places.map { try noise(1, 1, seed: $0) }
        case "two": return try [noise(64, 48, seed: 1), noise(64, 48, seed: 2)]
        case "tall": return try places.map { try noise(1, 2000, seed: $0) }
        case "wide": return try places.map { try noise(2000, 1, seed: $0) }
        default:
            let stored = [
                "grey-1.png", "grey-16.png", "grey-alpha-16.png", "palette-4-trns.png",
                "rgb-16.png", "rgba-16.png", "rgb.jpg", "cmyk-plain.jpg",
            ]
            return try stored.map {
                [UInt8](try Data(contentsOf: URL(filePath: "\(golden)/\($0)")))
            }
                + [
                    noise(64, 48, seed: 3), noise(3, 90, channels: 3, seed: 4),
                    noise(200, 10, channels: 4, seed: 5), noise(1, 1, seed: 6),
                    noise(5, 700, channels: 3, seed: 8),
                ]
        }
    }

    /// Puts a set into a folder, each image under a name that says where it comes from.
    static func write(_ name: String, to folder: String, of parent: TemporaryFolder) throws {
        for (place, bytes) in try images(name).enumerated() {
            let ending = bytes.first == 0xFF ? "jpg" : "png"
            try parent.write(
                bytes,
                to: "\(folder)/\(name.replacing(" ", with: "-"))-\(place).\(ending)"
            )
        }
    }
}
