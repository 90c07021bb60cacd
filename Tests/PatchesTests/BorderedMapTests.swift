import Patches
import Tensors
import Testing

@Suite struct BorderedMapTests {
    @Test(arguments: [(1, 1, 0), (1, 4, 2), (3, 2, 3), (5, 7, 1), (2, 2, 5)])
    func theBorderReflectsAndTheSlackIsZero(height: Int, width: Int, border: Int) {
        var map = FeatureMap(height: height, width: width, channels: 2)
        for index in map.elements.indices { map.elements[index] = Float(index + 1) }
        let bordered = BorderedMap(map, border: border, slack: (rows: 2, columns: 3))
        let reflected = map.reflected(border: border)
        #expect(bordered.storedHeight == reflected.height + 2)
        #expect(bordered.storedWidth == reflected.width + 3)
        for y in 0..<bordered.storedHeight {
            for x in 0..<bordered.storedWidth {
                for channel in 0..<2 {
                    let value = bordered.elements[(y * bordered.storedWidth + x) * 2 + channel]
                    let isInside = y < reflected.height && x < reflected.width
                    #expect(value == (isInside ? reflected[y, x, channel] : 0))
                }
            }
        }
        #expect(bordered.withoutBorder == map)
    }
}
