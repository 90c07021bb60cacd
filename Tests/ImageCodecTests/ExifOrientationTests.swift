import ImageCodec
import Testing

@Suite struct ExifOrientationTests {
    @Test("broken Exif data mean upright and never spoil the image", arguments: broken)
    func survivesBrokenExif(block: [UInt8]) throws {
        let plain = try ImageWriter.jpeg(picture(width: 17, height: 11, channels: 3))
        let expected = try ImageReader.decode(plain)
        #expect(try ImageReader.decode(withExif(block, in: plain)) == expected)
    }

    @Test func readsLongValueAndLaterEntry() throws {
        let plain = try ImageWriter.jpeg(picture(width: 17, height: 11, channels: 3))
        let long = head + [0, 1] + [1, 0x12, 0, 4, 0, 0, 0, 1, 0, 0, 0, 8]
        #expect(try ImageReader.header(of: withExif(long, in: plain)).orientation == 8)
        let later = head + [0, 2] + [1, 0, 0, 3, 0, 0, 0, 1, 0, 7, 0, 0] + entry(value: 3)
        #expect(try ImageReader.header(of: withExif(later, in: plain)).orientation == 3)
    }

    @Test("a cut in the Exif data is never read over", arguments: 0..<30)
    func survivesCutExif(length: Int) throws {
        let plain = try ImageWriter.jpeg(picture(width: 17, height: 11, channels: 3))
        let block = Array((head + [0, 1] + entry(value: 6) + [0, 0, 0, 0]).prefix(length))
        let orientation = try ImageReader.header(of: withExif(block, in: plain)).orientation
        // The value's two bytes end at 20.
        #expect(orientation == (length >= 20 ? 6 : 1))
    }
}

private let head: [UInt8] = [0x4D, 0x4D, 0, 42, 0, 0, 0, 8]

private func entry(value: UInt8) -> [UInt8] { [1, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0] }

private let broken: [[UInt8]] = [
    [],
    [0x4D],
    [0x58, 0x58, 0, 42, 0, 0, 0, 8, 0, 1] + entry(value: 6),
    [0x4D, 0x4D, 0, 43, 0, 0, 0, 8, 0, 1] + entry(value: 6),
    [0x4D, 0x4D, 0, 42, 0xFF, 0xFF, 0xFF, 0xFF, 0, 1] + entry(value: 6),
    [0x4D, 0x4D, 0, 42, 0, 0, 1, 0, 0, 1] + entry(value: 6),
    head + [0xFF, 0xFF] + [1, 0, 0, 3, 0, 0, 0, 1, 0, 7, 0, 0],
    head + [0, 0] + entry(value: 6),
    head + [0, 1] + entry(value: 0),
    head + [0, 1] + entry(value: 9),
    head + [0, 1] + entry(value: 255),
]

private func withExif(_ block: [UInt8], in jpeg: [UInt8]) -> [UInt8] {
    let body = Array("Exif".utf8) + [0, 0] + block
    let length = body.count + 2
    return Array(jpeg.prefix(2)) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + body
        + jpeg.dropFirst(2)
}
