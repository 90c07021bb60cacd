import ImageCodec
import TestSupport
import Testing

@Suite struct ImageReaderLimitsTests {
    private let png = pngHead(width: 60_000, height: 60_000)

    @Test func refusesHugeImageBeforeAllocation() {
        // 10.8 GB of pixels: the test itself would fail if they were allocated and touched.
        #expect(
            decodingFailure(hugePNG) == .tooManyPixels
        )
        #expect(
            decodingFailure(hugePNG, damage: .none)
                == .tooManyPixels
        )
    }

    @Test func refusesHugeJPEG() throws {
        var jpeg = try ImageWriter.jpeg(picture(width: 16, height: 16, channels: 3))
        let frame = try #require(place(ofMarker: 0xC0, in: jpeg))
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xEA, 0x60, 0xEA, 0x60])
        #expect(
            headerFailure(jpeg) == .tooManyPixels
        )
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0, 16])
        #expect(
            headerFailure(jpeg) == .sideTooLong
        )
    }

    @Test func refusesLongSide() {
        let long = pngHead(width: 65_001, height: 1) + pngChunk("IDAT", [])
        #expect(
            headerFailure(long) == .sideTooLong
        )
        let longest = pngHead(width: 65_000, height: 1) + pngChunk("IDAT", [])
        #expect(headerFailure(longest) == nil)
    }

    @Test func countsBytesAndPixelsExactly() throws {
        let bytes = try ImageWriter.png(picture(width: 20, height: 10, channels: 1))
        func code(_ limits: DecodeLimits) -> DecodeError.Code? {
            decodingFailure(bytes, limits: limits)
        }
        #expect(code(DecodeLimits(maximumBytes: bytes.count)) == nil)
        #expect(code(DecodeLimits(maximumBytes: bytes.count - 1)) == .tooManyBytes)
        #expect(code(DecodeLimits(maximumPixels: 200)) == nil)
        #expect(code(DecodeLimits(maximumPixels: 199)) == .tooManyPixels)
        #expect(code(DecodeLimits(maximumSide: 20)) == nil)
        #expect(code(DecodeLimits(maximumSide: 19)) == .sideTooLong)
    }

    @Test func countsScans() throws {
        let bytes = try GoldenImage.named("ycc-420-progressive.jpg").bytes()
        let scans = bytes.indices.dropLast().count { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
        func code(_ scans: Int) -> DecodeError.Code? {
            decodingFailure(bytes, limits: DecodeLimits(maximumScans: scans))
        }
        #expect(scans > 5)
        #expect(code(scans) == nil)
        #expect(code(scans - 1) == .tooManyScans)
    }

    @Test(
        "decoding ends when it has taken too long, whatever the damage policy",
        arguments: [
            "grey-8.png", "grey-8-interlaced.png", "cmyk-plain.jpg", "grey-progressive.jpg",
        ]
    )
    func stopsWhenTimeIsUp(name: String) throws {
        let bytes = try GoldenImage.named(name).bytes()
        for damage in DamagePolicy.allCases {
            let hurried = DecodeLimits(maximumSeconds: 1e-9)
            #expect(decodingFailure(bytes, limits: hurried, damage: damage) == .tooSlow)
        }
        #expect(decodingFailure(bytes, limits: DecodeLimits(maximumSeconds: 60)) == nil)
    }

    @Test(
        "valid JPEGs of kinds that are not read are unsupported",
        arguments: [(1, 0xC9), (1, 0xC3), (1, 0xC5), (4, 12)] as [(Int, UInt8)]
    )
    func refusesUnsupportedJPEG(offset: Int, byte: UInt8) throws {
        var jpeg = try ImageWriter.jpeg(picture(width: 16, height: 16, channels: 3))
        let frame = try #require(place(ofMarker: 0xC0, in: jpeg))
        jpeg[frame + offset] = byte
        #expect(decodingFailure(jpeg) == .unsupported)
    }

    private var hugePNG: [UInt8] { png + pngChunk("IDAT", [0x78, 0x9C]) + pngChunk("IEND", []) }
}
