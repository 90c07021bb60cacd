import ImageCodec
import Reports
import Tensors
import Testing

@Suite struct MosaicTests {
    private func tile(_ levels: [UInt8], width: Int = 2) -> PixelImage {
        PixelImage(width: width, height: levels.count / width, channels: 1, levels: levels)
    }

    @Test func laysTilesOutAsInTheGolden() throws {
        let mosaic = Mosaic.arrange(
            [tile([1, 2, 3, 4]), nil, tile([5, 6, 7, 8]), tile([9, 10, 11, 12])],
            columns: 3,
            scale: 2,
            gap: 1,
            background: 99
        )
        let rows = (0..<mosaic.height).map { row in
            mosaic.levels[row * mosaic.width..<(row + 1) * mosaic.width].map(String.init)
                .joined(separator: " ")
        }
        #expect(try golden("mosaic.txt") == rows.joined(separator: "\n") + "\n")
    }

    @Test(arguments: [(1, 1, 1), (2, 2, 1), (4, 2, 2), (5, 3, 2), (9, 3, 3), (10, 4, 3)])
    func isAboutSquareUnlessTold(count: Int, columns: Int, rows: Int) {
        let mosaic = Mosaic.arrange(
            [PixelImage?](repeating: tile([1, 2, 3, 4]), count: count),
            gap: 0
        )
        #expect((mosaic.width, mosaic.height) == (2 * columns, 2 * rows))
    }

    @Test func keepsColours() {
        let tile = PixelImage(width: 1, height: 1, channels: 3, levels: [10, 20, 30])
        let mosaic = Mosaic.arrange([tile, tile], columns: 2, gap: 0)
        #expect(
            mosaic
                == PixelImage(width: 2, height: 1, channels: 3, levels: [10, 20, 30, 10, 20, 30])
        )
    }

    @Test func isOnePictureEvenWithoutTiles() {
        #expect(Mosaic.arrange([], gap: 2).width > 0)
        #expect(Mosaic.arrange([nil, nil], gap: 2).width > 0)
    }

    @Test func showsZeroAsMiddleGreyAndTheLargestMagnitudeAsBlackOrWhite() throws {
        let map = try FeatureMap(height: 1, width: 3, channels: 1, elements: [0, -0.5, 0.25])
        #expect(PixelImage(signed: map).levels == [128, 0, 191])
        #expect(PixelImage(signed: map, sign: -1).levels == [128, 255, 64])
        let flat = FeatureMap(height: 1, width: 2, channels: 3)
        #expect(PixelImage(signed: flat).levels == [UInt8](repeating: 128, count: 6))
    }

    @Test func cutsIntensitiesOff() throws {
        let map = try FeatureMap(height: 1, width: 4, channels: 1, elements: [-1, 0.5, 1, 7])
        #expect(PixelImage(intensities: map).levels == [0, 128, 255, 255])
        let two = try FeatureMap(height: 1, width: 1, channels: 2, elements: [0.2, 0.6])
        #expect(PixelImage(intensities: two) == tile([102], width: 1))
    }

    /// What the fuzzing of models found: weights at the end of what floats hold make pictures of this kind.
    @Test func placesThatAreNoNumbersAreShown() {
        let map = FeatureMap(
            height: 1,
            width: 4,
            channels: 1,
            filledWith: [.nan, .infinity, -.infinity, 1]
        )
        #expect(PixelImage(intensities: map).levels == [0, 255, 0, 255])
        // Beside something infinite all else is nothing, and it itself is no number of times that.
        #expect(PixelImage(signed: map).levels.count == 4)
    }
}
