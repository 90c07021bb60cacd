import Patches
import Tensors
import Testing

@Suite struct ReflectedBorderTests {
    @Test("equals a walk that turns at both ends", arguments: MapShape.ragged, [0, 1, 3, 8, 40])
    func continuesByReflection(shape: MapShape, border: Int) {
        let map = shape.map(seed: 11)
        let padded = map.reflected(border: border)
        #expect(padded.height == shape.height + 2 * border)
        #expect(padded.width == shape.width + 2 * border)
        #expect(padded.channels == shape.channels)
        let rows = Self.walk(shape.height, border)
        let columns = Self.walk(shape.width, border)
        var wrong = 0
        for (y, row) in rows.enumerated() {
            for (x, column) in columns.enumerated() {
                for channel in 0..<shape.channels
                where padded[y, x, channel] != map[row, column, channel] {
                    wrong += 1
                }
            }
        }
        #expect(wrong == 0)
    }

    @Test func doesNotDoubleTheOutermostPlace() {
        var line = FeatureMap(height: 1, width: 4, channels: 1)
        line.elements = [0, 1, 2, 3]
        let padded = line.reflected(border: 3)
        #expect(padded.elements.prefix(10) == [3, 2, 1, 0, 1, 2, 3, 2, 1, 0])
        let wide = line.reflected(border: 7).elements.prefix(18)
        #expect(wide == [1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2])
    }

    /// The places of a line with a border, found step by step.
    private static func walk(_ count: Int, _ border: Int) -> [Int] {
        func steps(from start: Int, towards first: Int) -> [Int] {
            var (place, direction) = (start, first)
            return (0..<border).map { _ in
                if count == 1 { return 0 }
                if place + direction < 0 || place + direction >= count { direction = -direction }
                place += direction
                return place
            }
        }
        // Leaving the line at an end is turning there.
        return steps(from: 0, towards: -1).reversed() + Array(0..<count)
            + steps(from: count - 1, towards: 1)
    }
}
