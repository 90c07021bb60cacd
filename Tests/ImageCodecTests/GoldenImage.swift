import Foundation
import ImageCodec
import Testing

/// A sample file and the pixels that it must decode to, as `Golden/make_goldens.py` noted them.
struct GoldenImage: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let format: ImageFormat
    let storedWidth: Int
    let storedHeight: Int
    let bitDepth: Int
    let orientation: Int
    let tolerance: Int
    let width: Int
    let height: Int
    let channels: Int
    let levels: Data

    var testDescription: String { file }

    static let all: [GoldenImage] = golden([GoldenImage].self, "images.json")

    static func named(_ file: String) throws -> GoldenImage {
        try #require(all.first { $0.file == file })
    }

    func bytes() throws -> [UInt8] { try goldenBytes(file) }

    var image: PixelImage {
        PixelImage(width: width, height: height, channels: channels, levels: [UInt8](levels))
    }
}

private let folder = Bundle.module.url(forResource: "Golden", withExtension: nil)

private func goldenBytes(_ file: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: try #require(folder).appending(path: file)))
}

/// Reads a JSON file of the folder; an empty list, which tests check for, when it can't be read.
func golden<Element: Decodable>(_ type: [Element].Type, _ file: String) -> [Element] {
    guard let bytes = try? goldenBytes(file) else { return [] }
    return (try? JSONDecoder().decode(type, from: Data(bytes))) ?? []
}

/// The largest difference of two images' levels; nil when their shapes differ.
func distance(_ first: PixelImage, _ second: PixelImage) -> Int? {
    guard first.width == second.width, first.height == second.height,
        first.channels == second.channels
    else { return nil }
    return zip(first.levels, second.levels).map { abs(Int($0) - Int($1)) }.max()
}

/// The code of the error that decoding ends with; nil when it gives an image.
func decodingFailure(
    _ bytes: [UInt8],
    limits: DecodeLimits = .standard,
    damage: DamagePolicy = .truncated
) -> DecodeError.Code? {
    do throws(DecodeError) {
        _ = try ImageReader.decode(bytes, limits: limits, damage: damage)
        return nil
    } catch {
        return error.code
    }
}

/// The code of the error that reading the header ends with; nil when there is none.
func headerFailure(_ bytes: [UInt8]) -> DecodeError.Code? {
    do throws(DecodeError) {
        _ = try ImageReader.header(of: bytes)
        return nil
    } catch {
        return error.code
    }
}
