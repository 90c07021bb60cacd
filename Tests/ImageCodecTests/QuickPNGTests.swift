import ImageCodec
import Tensors
import Testing

@Suite struct QuickPNGTests {
    /// Noise whose bytes are 0 but for one in `rarity`, so that codes of all lengths and runs of all lengths occur.
    private static func sparse(
        width: Int,
        height: Int,
        channels: Int,
        rarity: Int,
        seed: UInt64
    ) -> PixelImage {
        var generator = SeededGenerator(seed: seed)
        let levels = (0..<width * height * channels).map { _ in
            generator.next(below: rarity) == 0 ? UInt8(generator.next(below: 256)) : 0
        }
        return PixelImage(width: width, height: height, channels: channels, levels: levels)
    }

    /// A row of equal pictures with a gap, and the pixels from one to the next.
    private static func row(of tile: PixelImage, count: Int, gap: Int) -> (PixelImage, Int) {
        let (step, channels) = (tile.width + gap, tile.channels)
        var levels = [UInt8](repeating: 240, count: step * count * tile.height * channels)
        for y in 0..<tile.height {
            for copy in 0..<count {
                for x in 0..<tile.width * channels {
                    levels[(y * count + copy) * step * channels + x] =
                        tile.levels[y * tile.width * channels + x]
                }
            }
        }
        let image = PixelImage(
            width: step * count,
            height: tile.height,
            channels: channels,
            levels: levels
        )
        return (image, step)
    }

    @Test(
        "gives back every level",
        arguments: [(1, 1), (1, 9), (2, 2), (33, 21), (2000, 3), (700, 400)],
        [1, 3]
    )
    func roundTrips(size: (width: Int, height: Int), channels: Int) throws {
        let soft = picture(width: size.width, height: size.height, channels: channels)
        let flat = PixelImage(
            width: size.width,
            height: size.height,
            channels: channels,
            levels: soft.levels.map { _ in 200 }
        )
        let noises = [1, 3, 40, 1000].map {
            Self.sparse(
                width: size.width,
                height: size.height,
                channels: channels,
                rarity: $0,
                seed: UInt64($0)
            )
        }
        for image in [soft, flat] + noises {
            for step in [nil, 1, size.width, 20_000] {
                let bytes = try ImageWriter.quickPNG(image, repeat: step)
                // Damage includes checksums that are wrong.
                #expect(try ImageReader.decode(bytes, damage: .warning).image == image)
                #expect(try ImageWriter.quickPNG(image, repeat: step) == bytes)
            }
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func roundTripsPicturesOfAnySize(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed, stream: 9)
        let tile = Self.sparse(
            width: 1 + generator.next(below: 90),
            height: 1 + generator.next(below: 60),
            channels: seed % 2 == 0 ? 1 : 3,
            rarity: 1 + generator.next(below: 9),
            seed: seed
        )
        let gap = generator.next(below: 9)
        let (image, step) = Self.row(of: tile, count: 1 + generator.next(below: 4), gap: gap)
        let bytes = try ImageWriter.quickPNG(image, repeat: step)
        #expect(try ImageReader.decode(bytes, damage: .warning).image == image)
    }

    /// With these frequencies Huffman's tree has a leaf at each depth.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func codesThatWouldBeTooLongAreShortened(seed: UInt64) throws {
        var differences: [UInt8] = []
        var (next, last) = (1, 1)
        // 22 Fibonacci numbers: codes of 21 bits, where 15 are allowed.
        for symbol in 1...22 as ClosedRange<UInt8> {
            differences += [UInt8](repeating: symbol, count: last)
            (last, next) = (next, last + next)
        }
        var generator = SeededGenerator(seed: seed)
        for place in differences.indices.dropFirst().reversed() {
            differences.swapAt(place, generator.next(below: place + 1))
        }
        // Of a single row Paeth's filter stores the differences.
        var level: UInt8 = 0
        let levels = differences.map { difference in
            level &+= difference
            return level
        }
        let image = PixelImage(width: levels.count, height: 1, channels: 1, levels: levels)
        let bytes = try ImageWriter.quickPNG(image)
        #expect(try ImageReader.decode(bytes, damage: .warning).image == image)
        #expect(bytes.count < levels.count / 2)
    }

    @Test func filesAreNoLargerThanTheLowestLevelGives() throws {
        let image = picture(width: 320, height: 320, channels: 3)
        let quick = try ImageWriter.quickPNG(image).count
        #expect(quick < (try ImageWriter.png(image, compression: 1).count))
    }

    @Test func findsWhatComesAgainToTheRight() throws {
        let noise = Self.sparse(width: 100, height: 80, channels: 3, rarity: 1, seed: 8)
        let (image, step) = Self.row(of: noise, count: 3, gap: 16)
        let one = try ImageWriter.quickPNG(noise).count
        #expect(try ImageWriter.quickPNG(image, repeat: step).count < one * 3 / 2)
        #expect(try ImageWriter.quickPNG(image).count > one * 5 / 2)
    }

    @Test func flatPicturesAreSmall() throws {
        let flat = PixelImage(
            width: 2048,
            height: 1024,
            channels: 3,
            levels: [UInt8](repeating: 9, count: 2048 * 1024 * 3)
        )
        // Repeats are of at most 258 bytes.
        #expect(try ImageWriter.quickPNG(flat).count < flat.levels.count / 258)
    }

    @Test func refusesAnImageWithoutPixels() {
        let none = PixelImage(width: 0, height: 0, channels: 1, levels: [])
        #expect(throws: EncodeError.self) { try ImageWriter.quickPNG(none) }
    }
}
