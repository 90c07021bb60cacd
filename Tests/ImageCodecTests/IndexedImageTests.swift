import ImageCodec
import Testing

@Suite struct IndexedImageTests {
    /// Stripes of all colours of a palette, of which the first `transparent` let something through.
    private func stripes(colors: Int, transparent: Int) -> IndexedImage {
        IndexedImage(
            width: 37,
            height: 11,
            palette: (0..<colors).map {
                SIMD4(
                    UInt8($0),
                    UInt8(255 - $0),
                    UInt8($0 * 7 % 256),
                    $0 < transparent ? UInt8(3 * $0) : 255
                )
            },
            indices: (0..<37 * 11).map { UInt8($0 % colors) }
        )
    }

    /// The chunks of a PNG: their types and contents.
    private func chunks(_ bytes: [UInt8]) -> [(type: String, data: [UInt8])] {
        var chunks: [(String, [UInt8])] = []
        var place = 8
        while place + 12 <= bytes.count {
            let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            chunks.append(
                (
                    String(decoding: bytes[place + 4..<place + 8], as: UTF8.self),
                    Array(bytes[place + 8..<place + 8 + length])
                )
            )
            place += 12 + length
        }
        return chunks
    }

    @Test(
        "the reader sees the colours, over white",
        arguments: [(1, 0), (1, 1), (2, 1), (83, 82), (256, 0), (256, 80)]
    )
    func roundTrips(sizes: (colors: Int, transparent: Int)) throws {
        let image = stripes(colors: sizes.colors, transparent: sizes.transparent)
        let bytes = try ImageWriter.quickPNG(image)
        let decoded = try ImageReader.decode(bytes, damage: .warning).image
        #expect((decoded.width, decoded.height, decoded.channels) == (37, 11, 3))
        for (place, index) in image.indices.enumerated() {
            let color = image.palette[Int(index)]
            for channel in 0..<3 {
                let alpha = Double(color.w) / 255
                let wanted = Double(color[channel]) * alpha + 255 * (1 - alpha)
                #expect(abs(Double(decoded.levels[3 * place + channel]) - wanted) <= 1)
            }
        }
        #expect(try ImageWriter.quickPNG(image) == bytes)
    }

    @Test func storesPaletteAndTransparencyAsChunks() throws {
        let image = stripes(colors: 83, transparent: 20)
        let chunks = chunks(try ImageWriter.quickPNG(image))
        #expect(chunks.map(\.type) == ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"])
        // Eight bits, a palette.
        #expect(chunks[0].data[8...9] == [8, 3])
        #expect(chunks[1].data == image.palette.flatMap { [$0.x, $0.y, $0.z] })
        #expect(chunks[2].data == image.palette.prefix(20).map(\.w))
    }

    @Test func opaqueImagesHaveNoTransparency() throws {
        let types = chunks(try ImageWriter.quickPNG(stripes(colors: 5, transparent: 0))).map(\.type)
        #expect(types == ["IHDR", "PLTE", "IDAT", "IEND"])
    }

    @Test func fullChromaKeepsThinColoredLines() throws {
        // Red and green columns of one brightness.
        let levels = (0..<64 * 64).flatMap {
            $0 % 2 == 0 ? [200, 60, 60] : [60, 131, 60] as [UInt8]
        }
        let image = PixelImage(width: 64, height: 64, channels: 3, levels: levels)
        func error(_ halvesChroma: Bool) throws -> Int {
            let bytes = try ImageWriter.jpeg(image, quality: 95, halvesChroma: halvesChroma)
            let decoded = try ImageReader.decode(bytes).image
            return zip(decoded.levels, levels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        }
        #expect(try error(false) * 5 < error(true))
    }
}
