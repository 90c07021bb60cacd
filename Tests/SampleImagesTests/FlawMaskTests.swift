import ImageCodec
import SampleImages
import Testing

@Suite struct FlawMaskTests {
    private let width = 12
    private let height = 9

    /// A grey picture of level 100 with some pixels changed.
    private func image(
        changing places: [(x: Int, y: Int)],
        by change: Int = 50,
        channels: Int = 1
    ) -> PixelImage {
        var levels = [UInt8](repeating: 100, count: width * height * channels)
        for (x, y) in places {
            levels[(y * width + x) * channels + channels - 1] = UInt8(100 + change)
        }
        return PixelImage(width: width, height: height, channels: channels, levels: levels)
    }

    private func marked(_ mask: PixelImage) -> [[Int]] {
        mask.levels.indices.filter { mask.levels[$0] == 255 }.map { [$0 % width, $0 / width] }
    }

    private func block(_ columns: Range<Int>, _ rows: Range<Int>) -> [(x: Int, y: Int)] {
        rows.flatMap { y in columns.map { x in (x, y) } }
    }

    @Test func equalPicturesHaveAnEmptyMask() {
        let mask = FlawMask.between(image(changing: []), and: image(changing: []))
        #expect(mask.levels == [UInt8](repeating: 0, count: width * height))
    }

    @Test(arguments: [1, 3], [0..<3, 4..<7, 9..<12])
    func marksExactlyTheChangedBlock(channels: Int, columns: Range<Int>) {
        let places = block(columns, 0..<4)
        let mask = FlawMask.between(
            image(changing: places, channels: channels),
            and: image(changing: [], channels: channels)
        )
        #expect(mask.channels == 1)
        #expect(marked(mask) == places.map { [$0.x, $0.y] })
    }

    @Test(arguments: [-1, 1])
    func changeMustBeVisible(sign: Int) {
        let places = block(3..<7, 3..<7)
        let sound = image(changing: [])
        let limit = FlawMask.visibleChange
        #expect(
            marked(FlawMask.between(image(changing: places, by: sign * limit), and: sound))
                .isEmpty
        )
        #expect(
            marked(FlawMask.between(image(changing: places, by: sign * (limit + 1)), and: sound))
                .count == 16
        )
    }

    @Test func closesGapsOfTwoPixelsButNotOfThree() {
        let sound = image(changing: [])
        let narrow = image(changing: block(1..<4, 2..<6) + block(6..<9, 2..<6))
        #expect(marked(FlawMask.between(narrow, and: sound)).count == 8 * 4)
        let wide = image(changing: block(1..<4, 2..<6) + block(7..<10, 2..<6))
        #expect(marked(FlawMask.between(wide, and: sound)).count == 6 * 4)
    }

    @Test func leavesOutSpecks() {
        let places = block(0..<4, 0..<1) + block(7..<12, 8..<9)
        let mask = FlawMask.between(image(changing: places), and: image(changing: []))
        #expect(marked(mask) == (7..<12).map { [$0, 8] })
    }
}
