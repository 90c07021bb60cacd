import SyntheticDefects
import Tensors
import Testing

@Suite struct HoleFillTests {
    private static let sizes = [(1, 1), (1, 7), (5, 1), (8, 8), (13, 22)]

    /// A grid whose places are known with probability one half, the first one always.
    private func weights(_ count: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { $0 == 0 || generator.next(below: 2) == 0 ? 1 : 0 }
    }

    @Test(arguments: sizes, [1, 3])
    func keepsWhatIsKnownAndStaysBetween(size: (rows: Int, columns: Int), channels: Int) {
        let count = size.rows * size.columns
        let known = weights(count, seed: UInt64(count))
        var generator = SeededGenerator(seed: 4)
        // What is not known must not matter.
        let values = (0..<count * channels).map { index in
            known[index / channels] == 1 ? Float(generator.nextUnit()) : 1000
        }
        let filled = HoleFill.fill(
            values,
            weights: known,
            height: size.rows,
            width: size.columns,
            channels: channels
        )
        for channel in 0..<channels {
            let places = (0..<count).filter { known[$0] == 1 }
            let levels = places.map { values[$0 * channels + channel] }
            let (lowest, highest) = (levels.min() ?? 0, levels.max() ?? 0)
            for place in 0..<count {
                let level = filled[place * channels + channel]
                if known[place] == 1 { #expect(level == values[place * channels + channel]) }
                #expect(level >= lowest - 1e-5 && level <= highest + 1e-5)
            }
        }
    }

    @Test func goesOnSmoothlyAcrossAHole() {
        // A slope from left to right with a hole in the middle.
        let (rows, columns) = (32, 32)
        var values: [Float] = []
        var known: [Float] = []
        for row in 0..<rows {
            for column in 0..<columns {
                let isHole = (10..<22).contains(row) && (10..<22).contains(column)
                values.append(isHole ? 0 : Float(column) / 32)
                known.append(isHole ? 0 : 1)
            }
        }
        let filled = HoleFill.fill(
            values,
            weights: known,
            height: rows,
            width: columns,
            channels: 1
        )
        for row in 10..<22 {
            for column in 10..<22 {
                let error = (filled[row * columns + column] - Float(column) / 32).magnitude
                #expect(error < 0.16, "\(row) \(column)")
            }
            #expect(filled[row * columns + 10] < filled[row * columns + 21])
        }
    }

    @Test func nothingKnownGivesZeros() {
        let filled = HoleFill.fill(
            [1, 2, 3, 4],
            weights: [0, 0, 0, 0],
            height: 2,
            width: 2,
            channels: 1
        )
        #expect(filled == [0, 0, 0, 0])
    }
}
