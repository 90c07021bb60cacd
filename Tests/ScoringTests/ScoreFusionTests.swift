import Foundation
import Scoring
import Tensors
import Testing

@Suite struct ScoreFusionTests {
    @Test func takesTheLargestOfTheMapsAtEachPosition() {
        let maps = (0..<3).map { randomMatrix(rows: 4, columns: 7, seed: 231 + UInt64($0)) }
        let fused = ScoreFusion(rule: .largest).fuse(maps)
        for index in fused.elements.indices {
            #expect(fused.elements[index] == maps.map { $0.elements[index] }.max())
        }
        #expect(ScoreFusion(rule: .largest).fuse([maps[1]]) == maps[1])
    }

    @Test func evidenceIsTheRootOfTheSquaresAboveZero() {
        let maps = (0..<3).map { randomMatrix(rows: 4, columns: 7, seed: 231 + UInt64($0)) }
        let fused = ScoreFusion(rule: .evidence).fuse(maps)
        var below = 0
        for index in fused.elements.indices {
            let values = maps.map { Double($0.elements[index]) }
            let above = values.filter { $0 > 0 }.reduce(0) { $0 + $1 * $1 }
            let wanted = above > 0 ? above.squareRoot() : values.max() ?? 0
            if above == 0 { below += 1 }
            #expect(abs(Double(fused.elements[index]) - wanted) < 1e-6)
        }
        #expect(below > 0)
    }

    @Test func meansAreMeans() {
        let maps = (0..<3).map { randomMatrix(rows: 4, columns: 7, seed: 231 + UInt64($0)) }
        let fused = ScoreFusion(rule: .mean).fuse(maps)
        for index in fused.elements.indices {
            let wanted = maps.reduce(0.0) { $0 + Double($1.elements[index]) } / 3
            #expect(abs(Double(fused.elements[index]) - wanted) < 1e-6)
        }
    }

    @Test("sharpening keeps the score and moves what stands out to where the finest scale sees it")
    func sharpensByTheFinestScale() {
        let fusion = ScoreFusion(topShare: 0.05)
        var coarse = Matrix(rows: 10, columns: 12, repeating: 0.2)
        var fine = coarse
        for row in 2..<7 { for column in 2..<7 { coarse[row, column] = 8 } }
        for row in 4..<6 { for column in 4..<6 { fine[row, column] = 6 } }
        let fused = fusion.fuse([coarse, fine])
        let sharp = fusion.sharpen(fused, finest: [fine])
        #expect(abs(fusion.score(sharp) - fusion.score(fused)) < 1e-4)
        #expect(fused[2, 2] > 0.75 * fused[4, 4])
        #expect(sharp[2, 2] < 0.25 * sharp[4, 4])
        // One factor for the whole map: positions keep the order of the geometric mean.
        let ratio = sharp[4, 4] / (fused[4, 4] * fine[4, 4]).squareRoot()
        #expect(abs(sharp[9, 9] / (fused[9, 9] * fine[9, 9]).squareRoot() - ratio) < 1e-4)
    }

    @Test("a finest scale that is all there is, or says nothing, changes nothing")
    func sharpensNothingByNothing() {
        let maps = (0..<3).map { randomMatrix(rows: 6, columns: 9, seed: 331 + UInt64($0)) }
        let fusion = ScoreFusion()
        let fused = fusion.fuse(maps)
        let same = fusion.sharpen(fused, finest: maps)
        for index in fused.elements.indices {
            #expect(abs(same.elements[index] - fused.elements[index]) < 1e-5)
        }
        #expect(fusion.sharpen(fused, finest: []) == fused)
        let nothing = Matrix(rows: 6, columns: 9, repeating: -1)
        let blind = fusion.sharpen(fused, finest: [nothing])
        for index in fused.elements.indices {
            #expect(abs(blind.elements[index] - fused.elements[index]) < 1e-4)
        }
        #expect(fusion.sharpen(nothing, finest: [nothing]) == nothing)
        #expect(ScoreFusion(rule: .head).sharpen(fused, finest: [maps[0]]) == fused)
    }

    @Test("a relative score does not change with the image's own level and spread")
    func relativeScores() {
        let map = randomMatrix(rows: 5, columns: 20, seed: 236)
        var other = map
        for index in other.elements.indices { other.elements[index] = 3 * map.elements[index] - 7 }
        let fusion = ScoreFusion(topShare: 0.05, isRelative: true)
        #expect(abs(fusion.score(map) - fusion.score(other)) < 1e-4)
        #expect(fusion.score(map) > 1)
        #expect(fusion.score(Matrix(rows: 5, columns: 20, repeating: 4)) == 0)
    }

    @Test func declarationsFromBeforeRulesTakeTheLargest() throws {
        let old = Data(#"{"topShare":0.03}"#.utf8)
        let read = try JSONDecoder().decode(ScoreFusion.self, from: old)
        #expect(read == ScoreFusion(rule: .largest, topShare: 0.03))
        let written = try JSONEncoder().encode(ScoreFusion())
        #expect(try JSONDecoder().decode(ScoreFusion.self, from: written) == ScoreFusion())
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
