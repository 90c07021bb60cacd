import Foundation
import Scoring
import Tensors
import Testing

@Suite struct RobustTrimmingTests {
    /// Scores as normal images have them, in an order that says nothing.
    static func scores(_ count: Int, seed: UInt64 = 381, _ shape: (Double) -> Double = { $0 })
        -> [Float]
    {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Float(shape(generator.nextNormal())) }
    }

    @Test("usual scores stay, also with long tails", arguments: UInt64(0)..<20)
    func keepsNormalImages(seed: UInt64) {
        for count in [16, 40, 300] {
            #expect(RobustTrimming().outliers(of: Self.scores(count, seed: seed)).isEmpty)
            let long = Self.scores(count, seed: seed) { abs($0) * abs($0) }
            #expect(RobustTrimming().outliers(of: long).isEmpty)
            let longer = Self.scores(count, seed: seed) { exp(0.5 * $0) }
            #expect(RobustTrimming().outliers(of: longer).isEmpty)
        }
    }

    @Test("few images and images that are all alike stay")
    func keepsWhatCannotBeJudged() {
        for count in 0..<RobustTrimming.fewestImages {
            var few = Self.scores(count)
            if count > 0 { few[count / 2] = 1e6 }
            #expect(RobustTrimming().outliers(of: few).isEmpty)
        }
        var alike = [Float](repeating: 3, count: 40)
        #expect(RobustTrimming().outliers(of: alike).isEmpty)
        alike[7] = 1e6
        #expect(RobustTrimming().outliers(of: alike).isEmpty)
    }

    @Test("planted outliers are found, the worst first", arguments: UInt64(0)..<20)
    func findsPlantedOutliers(seed: UInt64) {
        var scores = Self.scores(60, seed: seed)
        for (place, score) in [(41, 300), (3, 900), (20, 100), (59, 300)] as [(Int, Float)] {
            scores[place] = score
        }
        #expect(RobustTrimming().outliers(of: scores) == [3, 41, 59, 20])
        // A unit or an offset of the scores changes nothing.
        #expect(RobustTrimming().outliers(of: scores.map { 7 * $0 + 100 }) == [3, 41, 59, 20])
    }

    @Test("an image far below the others is no outlier") func lowScoresStay() {
        var scores = Self.scores(60)
        scores[4] = -1e6
        #expect(RobustTrimming().outliers(of: scores).isEmpty)
    }

    @Test("the limit is the reach times the distance from the median to the quantile")
    func limitIsTheDocumentedOne() {
        let rule = RobustTrimming(reach: 5, quantile: 0.75, largestShare: 0.5)
        // Median 10, upper quantile 15: the limit is 10 + 5 * 5.
        let ramp = (0..<21).map(Float.init)
        for (score, isOdd) in [(Float(35), false), (35.01, true)] {
            var scores = ramp
            scores[20] = score
            #expect(rule.outliers(of: scores) == (isOdd ? [20] : []))
        }
    }

    @Test("no more than the share go, and these are the worst")
    func shareIsCapped() {
        var scores = Self.scores(50)
        for place in 0..<6 { scores[place] = 1000 + Float(place) }
        #expect(RobustTrimming().outliers(of: scores) == [5, 4, 3, 2, 1])
        #expect(RobustTrimming(largestShare: 0.04).outliers(of: scores) == [5, 4])
        #expect(RobustTrimming(largestShare: 0).outliers(of: scores).isEmpty)
        // What is gone already counts: 5 of 52, 2 of them gone; 5 of 55, all gone.
        #expect(RobustTrimming().outliers(of: scores, leftOut: 2) == [5, 4, 3])
        #expect(RobustTrimming().outliers(of: scores, leftOut: 5).isEmpty)
        #expect(RobustTrimming().outliers(of: scores, leftOut: 9).isEmpty)
    }
}
