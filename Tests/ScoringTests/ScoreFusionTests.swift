import Scoring
import Tensors
import Testing

@Suite struct ScoreFusionTests {
    @Test func takesTheLargestOfTheMapsAtEachPosition() {
        let maps = (0..<3).map { randomMatrix(rows: 4, columns: 7, seed: 231 + UInt64($0)) }
        let fused = ScoreFusion().fuse(maps)
        for index in fused.elements.indices {
            #expect(fused.elements[index] == maps.map { $0.elements[index] }.max())
        }
        #expect(ScoreFusion().fuse([maps[1]]) == maps[1])
    }

    @Test(arguments: [
        (0.0001, 1), (0.01, 1), (0.03, 3), (0.025, 3), (0.5, 50), (0.994, 99), (1.0, 100),
    ])
    func scoreIsTheMeanOfTheTopShare(share: Double, count: Int) {
        let map = randomMatrix(rows: 5, columns: 20, seed: 235)
        let top = map.elements.map(Double.init).sorted().suffix(count)
        let wanted = top.reduce(0, +) / Double(count)
        let found = ScoreFusion(topShare: Float(share)).score(map)
        #expect(abs(Double(found) - wanted) < 1e-6)
    }

    @Test func oneMatrixElementIsItsScore() {
        #expect(ScoreFusion(topShare: 0.03).score(Matrix(rows: 1, columns: 1, repeating: -4)) == -4)
    }
}
