import ImageCodec
import Reports
import Scoring
import Tensors
import Testing

@Suite struct RowReductionTests {
    private static func noise(_ width: Int, _ height: Int, channels: Int) -> PixelImage {
        var generator = SeededGenerator(seed: UInt64(width * height))
        let levels = (0..<width * height * channels).map { _ in
            UInt8(generator.next(below: 256))
        }
        return PixelImage(width: width, height: height, channels: channels, levels: levels)
    }

    /// The image some rows at a time.
    private static func feed(
        _ image: PixelImage,
        rows: Int,
        to reductions: [RowReduction]
    ) -> [PixelImage] {
        var reductions = reductions
        for top in stride(from: 0, to: image.height, by: rows) {
            let height = min(rows, image.height - top)
            let stride = image.width * image.channels
            let band = PixelImage(
                width: image.width,
                height: height,
                channels: image.channels,
                levels: Array(image.levels[top * stride..<(top + height) * stride])
            )
            for index in reductions.indices { reductions[index].add(band, at: top) }
        }
        return reductions.map(\.picture)
    }

    @Test(
        "an image that comes in bands is reduced like a whole one",
        arguments: [1, 7, 64, 1000],
        [1, 3]
    )
    func reducesLikeTheWhole(rows: Int, channels: Int) {
        let image = Self.noise(97, 211, channels: channels)
        for side in [211, 210, 100, 37, 1] {
            let reduction = RowReduction(
                width: 97,
                height: 211,
                channels: channels,
                longestSide: side
            )
            let picture = Self.feed(image, rows: rows, to: [reduction])[0]
            #expect(picture == image.reduced(longestSide: side), "\(side)")
            #expect(max(picture.width, picture.height) == side)
        }
    }

    @Test("a region is cut out of bands as out of the whole", arguments: [1, 7, 64])
    func cropsLikeTheWhole(rows: Int) {
        let image = Self.noise(900, 700, channels: 3)
        let regions = [(0, 0, 5, 3), (890, 690, 10, 10), (400, 300, 20, 8), (10, 20, 800, 600)]
            .map { x, y, width, height in
                Region(
                    box: .init(x: x, y: y, width: width, height: height),
                    area: 1,
                    centroid: .init(x: 0, y: 0),
                    peak: 1,
                    mean: 1
                )
            }
        let crops = Self.feed(
            image,
            rows: rows,
            to: regions.map {
                RegionCrop.reduction(of: $0, channels: 3, width: 900, height: 700)
            }
        )
        for (region, crop) in zip(regions, crops) {
            #expect(crop == RegionCrop.picture(of: region, in: image, width: 900, height: 700))
        }
        #expect(crops[0].width == 69 && crops[3].width == RegionCrop.longestSide)
        // The pixels themselves, where nothing is reduced.
        #expect(Array(crops[0].levels.prefix(69 * 3)) == Array(image.levels.prefix(69 * 3)))
    }
}
