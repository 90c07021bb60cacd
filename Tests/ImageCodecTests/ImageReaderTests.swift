import ImageCodec
import TestSupport
import Testing

@Suite struct ImageReaderTests {
    @Test func findsTheGoldenImages() {
        #expect(GoldenImage.all.count >= 60)
    }

    @Test(arguments: GoldenImage.all)
    func decodesAsSpecified(golden: GoldenImage) throws {
        let decoded = try ImageReader.decode(try golden.bytes(), damage: .warning)
        let difference = try #require(distance(decoded.image, golden.image))
        #expect(difference <= golden.tolerance)
        #expect(decoded.reduction == 1)
    }

    @Test(arguments: GoldenImage.all)
    func readsHeader(golden: GoldenImage) throws {
        let header = try ImageReader.header(of: try golden.bytes())
        #expect(
            header
                == ImageHeader(
                    format: golden.format,
                    width: golden.storedWidth,
                    height: golden.storedHeight,
                    channels: golden.channels,
                    bitDepth: golden.bitDepth,
                    orientation: golden.orientation,
                    isInterlaced: golden.file.hasSuffix("-interlaced.png")
                )
        )
        #expect(header.orientedWidth == golden.width)
        #expect(header.orientedHeight == golden.height)
    }

    @Test("colour of grey repeats it, grey of colour is its luma", arguments: GoldenImage.all)
    func convertsChannels(golden: GoldenImage) throws {
        let native = try ImageReader.decode(try golden.bytes()).image
        let grey = try ImageReader.decode(try golden.bytes(), channels: .grey).image
        let colour = try ImageReader.decode(try golden.bytes(), channels: .colour).image
        #expect(grey.channels == 1)
        #expect(colour.channels == 3)
        if native.channels == 1 {
            #expect(grey == native)
            #expect(colour.levels == native.levels.flatMap { [$0, $0, $0] })
        } else {
            #expect(colour == native)
            // A YCbCr JPEG gives its stored Y, which differs by rounding, and by more where a
            // colour was clipped.
            let fromLuma =
                ["ycc-", "orien"].contains { golden.file.hasPrefix($0) }
                && golden.format == .jpeg
            for (index, level) in grey.levels.enumerated() {
                let pixel = colour.levels[3 * index..<3 * index + 3].map(Int.init)
                let luma = (19595 * pixel[0] + 38470 * pixel[1] + 7471 * pixel[2] + 32768) >> 16
                let isClipped = pixel.contains(0) || pixel.contains(255)
                guard !fromLuma || !isClipped else { continue }
                #expect(abs(Int(level) - luma) <= (fromLuma ? 1 : 0))
            }
        }
    }

    @Test(
        "a JPEG is reduced as far as the wanted pixels allow",
        arguments: [
            (nil, 1), (100 * 75, 2), (100 * 75 + 1, 1), (50 * 38, 4), (50 * 38 + 1, 2),
            (25 * 19, 8),
            (1, 8), (1_000_000, 1),
        ] as [(Int?, Int)]
    )
    func reducesJPEG(minimumPixels: Int?, reduction: Int) throws {
        let whole = picture(width: 200, height: 150, channels: 3)
        let decoded = try ImageReader.decode(
            try ImageWriter.jpeg(whole),
            minimumPixels: minimumPixels
        )
        #expect(decoded.reduction == reduction)
        #expect(decoded.image.width == (200 + reduction - 1) / reduction)
        #expect(decoded.image.height == (150 + reduction - 1) / reduction)
        #expect(decoded.header.width == 200)
        // The mean level survives the reduction.
        #expect(abs(mean(decoded.image) - mean(whole)) < 1)
    }

    @Test func neverReducesPNG() throws {
        let bytes = try ImageWriter.png(picture(width: 64, height: 48, channels: 1))
        #expect(try ImageReader.decode(bytes, minimumPixels: 1).reduction == 1)
    }

    @Test func reducesOrientedJPEGUpright() throws {
        let golden = try GoldenImage.named("orientation-6-mm.jpg")
        let decoded = try ImageReader.decode(try golden.bytes(), minimumPixels: 1)
        #expect(decoded.reduction == 8)
        #expect(decoded.image.width == 2)
        #expect(decoded.image.height == 3)
    }

    @Test(
        "turns images larger than a tile",
        arguments: [(1, 0, 0), (3, 69, 49), (6, 0, 49), (8, 69, 0)]
    )
    func turnsLargeImages(orientation: Int, sourceX: Int, sourceY: Int) throws {
        let stored = picture(width: 70, height: 50, channels: 3)
        var bytes = try ImageWriter.png(stored)
        let exif: [UInt8] = [
            0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation),
            0, 0,
        ]
        bytes.insert(contentsOf: pngChunk("eXIf", exif), at: 33)
        let image = try ImageReader.decode(bytes).image
        #expect(image.width == (orientation > 4 ? 50 : 70))
        // The stored pixel that comes to the upper left.
        let start = (sourceY * 70 + sourceX) * 3
        #expect(Array(image.levels.prefix(3)) == Array(stored.levels[start..<start + 3]))
        #expect(image.levels.sorted() == stored.levels.sorted())
    }

    private func mean(_ image: PixelImage) -> Double {
        Double(image.levels.reduce(0) { $0 + Int($1) }) / Double(image.levels.count)
    }
}
