import ImageCodec
import Testing

@Suite struct ImageWriterTests {
    private static let images = [
        picture(width: 1, height: 1, channels: 1), picture(width: 1, height: 1, channels: 3),
        picture(width: 33, height: 21, channels: 1), picture(width: 33, height: 21, channels: 3),
        picture(width: 2000, height: 3, channels: 3),
    ]

    @Test("PNG gives back every level", arguments: images, [0, 1, 6, 9])
    func roundTripsPNG(image: PixelImage, compression: Int) throws {
        let bytes = try ImageWriter.png(image, compression: compression)
        #expect(try ImageReader.decode(bytes, damage: .warning).image == image)
        #expect(try ImageWriter.png(image, compression: compression) == bytes)
    }

    @Test("JPEG comes close, closer at a higher quality", arguments: images)
    func roundTripsJPEG(image: PixelImage) throws {
        func error(quality: Int) throws -> Double {
            let bytes = try ImageWriter.jpeg(image, quality: quality)
            #expect(try ImageWriter.jpeg(image, quality: quality) == bytes)
            let decoded = try ImageReader.decode(bytes, damage: .warning).image
            #expect(decoded.width == image.width && decoded.height == image.height)
            #expect(decoded.channels == image.channels)
            let sum = zip(decoded.levels, image.levels).reduce(0) {
                $0 + abs(Int($1.0) - Int($1.1))
            }
            return Double(sum) / Double(image.levels.count)
        }
        #expect(try error(quality: 95) < 5)
        #expect(try error(quality: 95) <= error(quality: 10))
    }

    @Test func compressesMoreWhenAsked() throws {
        let image = picture(width: 100, height: 80, channels: 3)
        let sizes = try [0, 1, 9].map { try ImageWriter.png(image, compression: $0).count }
        #expect(sizes[0] > sizes[1] && sizes[1] > sizes[2])
        #expect(sizes[0] > image.levels.count)
    }

    @Test func writesAlpha() throws {
        // Over white: 200 at full, half and no opacity.
        let levels: [UInt8] = [200, 100, 0, 255, 200, 100, 0, 128, 200, 100, 0, 0]
        let bytes = try ImageWriter.pngRGBA(width: 3, height: 1, levels: levels)
        #expect(bytes[25] == 6)
        let image = try ImageReader.decode(bytes).image
        #expect(image.levels == [200, 100, 0, 227, 177, 127, 255, 255, 255])
    }

    @Test func refusesWhatFormatsCannotHold() throws {
        let none = PixelImage(width: 0, height: 0, channels: 1, levels: [])
        #expect(throws: EncodeError.self) { try ImageWriter.png(none) }
        #expect(throws: EncodeError.self) { try ImageWriter.jpeg(none) }
        let long = PixelImage(
            width: 70_000,
            height: 1,
            channels: 1,
            levels: [UInt8](repeating: 7, count: 70_000)
        )
        let error = #expect(throws: EncodeError.self) { try ImageWriter.jpeg(long) }
        #expect(error?.detail.contains("65500") == true)
    }
}
