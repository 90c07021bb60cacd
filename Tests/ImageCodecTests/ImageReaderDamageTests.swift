import ImageCodec
import Tensors
import TestSupport
import Testing

@Suite struct ImageReaderDamageTests {
    @Test(arguments: GoldenImage.all)
    func refusesTruncatedFiles(golden: GoldenImage) throws {
        let bytes = try golden.bytes()
        for sixteenth in 0..<16 {
            let part = Array(bytes.prefix(bytes.count * sixteenth / 16))
            #expect(
                decodingFailure(part) != nil,
                "\(sixteenth)/16 of the file"
            )
            // Whatever is delivered under the lenient policy is a whole image.
            if let rest = try? ImageReader.decode(part, damage: .none) {
                #expect(rest.image.width == golden.width && rest.image.height == golden.height)
            }
        }
    }

    @Test("flipped bytes give an image or an error, never a crash", arguments: GoldenImage.all)
    func survivesFlippedBytes(golden: GoldenImage) throws {
        let bytes = try golden.bytes()
        var generator = SeededGenerator(seed: 7)
        let limits = DecodeLimits(maximumPixels: 1_000_000)
        for _ in 0..<60 {
            var flipped = bytes
            for _ in 0...generator.next(below: 3) {
                flipped[generator.next(below: bytes.count)] ^= UInt8(1 << generator.next(below: 8))
            }
            for policy in DamagePolicy.allCases {
                guard
                    let decoded = try? ImageReader.decode(flipped, limits: limits, damage: policy)
                else { continue }
                #expect(decoded.image.width == decoded.header.orientedWidth)
                #expect(decoded.image.height == decoded.header.orientedHeight)
            }
        }
    }

    @Test(
        "garbage after a signature is an error",
        arguments: [[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], [0xFF, 0xD8, 0xFF]]
            as [[UInt8]]
    )
    func refusesGarbage(signature: [UInt8]) {
        for seed in 0..<200 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let length = generator.next(below: 600)
            let bytes = signature + (0..<length).map { _ in UInt8(generator.next(below: 256)) }
            #expect(
                decodingFailure(bytes, limits: DecodeLimits(maximumPixels: 1 << 20), damage: .none)
                    != nil,
                "seed \(seed)"
            )
        }
    }

    @Test func namesWhatIsNoImage() {
        func code(_ bytes: [UInt8]) -> DecodeError.Code? {
            decodingFailure(bytes)
        }
        #expect(code([]) == .empty)
        #expect(code(Array("not an image, but a text".utf8)) == .unknownFormat)
        #expect(code(Array("GIF89a".utf8) + [1, 0, 1, 0]) == .unknownFormat)
        #expect(code([0x89, 0x50, 0x4E]) == .unknownFormat)
        #expect(code([0xFF, 0xD8, 0xFF]) == .truncated)
        #expect(code(Array(pngHead(width: 8, height: 8).prefix(20))) == .truncated)
    }

    @Test(arguments: [false, true])
    func fillsHalfJPEGOnlyWhenAsked(grey: Bool) throws {
        let image = picture(width: 160, height: 120, channels: grey ? 1 : 3)
        let whole = try ImageWriter.jpeg(image)
        let half = Array(whole.prefix(whole.count / 2))
        #expect(decodingFailure(half) == .truncated)
        #expect(
            decodingFailure(half, damage: .warning)
                == .truncated
        )
        let filled = try ImageReader.decode(half, damage: .none).image
        let expected = try ImageReader.decode(whole).image
        let row = image.width * image.channels
        #expect(filled.levels.prefix(32 * row).elementsEqual(expected.levels.prefix(32 * row)))
        #expect(filled.levels.suffix(row).allSatisfy { $0 == 128 })
    }

    @Test(arguments: [ChannelMode.native, .grey])
    func fillsHalfPNGOnlyWhenAsked(channels: ChannelMode) throws {
        let image = picture(width: 160, height: 120, channels: 3)
        let whole = try ImageWriter.png(image)
        let half = Array(whole.prefix(whole.count / 2))
        #expect(decodingFailure(half) == .truncated)
        let filled = try ImageReader.decode(half, channels: channels, damage: .none).image
        let expected = try ImageReader.decode(whole, channels: channels).image
        let row = filled.width * filled.channels
        let decodedRows = stride(from: 0, to: filled.levels.count, by: row).prefix { start in
            filled.levels[start..<start + row].elementsEqual(expected.levels[start..<start + row])
        }.count
        #expect(decodedRows > 30 && decodedRows < 90)
        #expect(filled.levels.dropFirst(decodedRows * row).allSatisfy { $0 == 128 })
    }

    @Test(arguments: ["rgb-16-interlaced.png", "rgba-16-interlaced.png"])
    func coarselyFillsHalfInterlacedPNG(file: String) throws {
        let golden = try GoldenImage.named(file)
        let whole = try golden.bytes()
        let part = Array(whole.prefix(whole.count * 3 / 4))
        #expect(decodingFailure(part) == .truncated)
        let filled = try ImageReader.decode(part, damage: .none).image
        let same = zip(filled.levels, golden.image.levels).count { $0 == $1 }
        // The first six passes are half of the pixels.
        #expect(same > filled.levels.count / 4 && same < filled.levels.count)
    }

    @Test func takesCameraPaddingButNotSkippedData() throws {
        let whole = try ImageWriter.jpeg(picture(width: 64, height: 48, channels: 3))
        func code(padding: Int, _ policy: DamagePolicy) -> DecodeError.Code? {
            let padded =
                whole.dropLast(2) + [UInt8](repeating: 0x11, count: padding)
                + whole.suffix(2)
            return decodingFailure(Array(padded), damage: policy)
        }
        #expect(code(padding: 8, .truncated) == nil)
        #expect(code(padding: 8, .warning) == .warning)
        #expect(code(padding: 500, .truncated) == .malformed)
        #expect(code(padding: 500, .none) == nil)
    }

    @Test func refusesPNGWarningsOnlyWhenAsked() throws {
        // A text with a wrong check sum: no pixel depends on it.
        var bytes = try ImageWriter.png(picture(width: 16, height: 12, channels: 1))
        bytes.insert(contentsOf: pngChunk("tEXt", [65, 0, 66]).dropLast() + [0], at: 33)
        #expect(decodingFailure(bytes) == nil)
        #expect(decodingFailure(bytes, damage: .warning) == .warning)
    }

    @Test func ignoresWhatFollowsTheImage() throws {
        let image = picture(width: 16, height: 12, channels: 1)
        for bytes in [try ImageWriter.png(image), try ImageWriter.jpeg(image)] {
            let expected = try ImageReader.decode(bytes)
            let longer = bytes + [UInt8](repeating: 0xA5, count: 300)
            #expect(try ImageReader.decode(longer, damage: .warning) == expected)
        }
    }

    @Test func goesByContentNotByName() throws {
        // A JPEG that someone called .png still opens.
        let golden = try GoldenImage.named("grey.jpg")
        #expect(try ImageReader.header(of: try golden.bytes()).format == .jpeg)
        #expect(ImageFormat.sniff(try golden.bytes()) == .jpeg)
        #expect(ImageFormat.sniff(pngHead(width: 1, height: 1)) == .png)
        #expect(ImageFormat.sniff([]) == nil)
    }

    @Test func codesAreStableStrings() {
        #expect(
            DecodeError.Code.allCases.map(\.rawValue) == [
                "empty", "unknown-format", "too-many-bytes", "too-many-pixels", "side-too-long",
                "too-many-scans", "too-slow", "malformed", "truncated", "warning", "unsupported",
                "out-of-memory",
            ]
        )
    }
}
