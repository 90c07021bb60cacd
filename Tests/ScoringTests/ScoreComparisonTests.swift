import Scoring
import Tensors
import Testing

@Suite struct ScoreComparisonTests {
    /// The two distribution functions at every score, and p-values one by one.
    private func plain(_ new: [Float], _ normals: [Float]) throws -> (Double, Double) {
        let calibration = try ConformalCalibration(scores: normals)
        let largest = (new + normals).map { score in
            let share = Double(new.count { $0 <= score }) / Double(new.count)
            let other = Double(normals.count { $0 <= score }) / Double(normals.count)
            return abs(share - other)
        }.max()
        let small = new.count { calibration.pValue(of: $0) <= ScoreDrift.smallPValue }
        return (largest ?? 0, Double(small) / Double(new.count))
    }

    /// Scores on a coarse grid, so that many are equal to each other and to normal ones.
    @Test(arguments: 0..<20)
    func saysWhatAllScoresTogetherSay(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func scores(_ count: Int, upTo limit: Int) -> [Float] {
            (0..<count).map { _ in Float(Int.random(in: -4...limit, using: &generator)) / 4 }
        }
        let normals = scores(Int.random(in: 1...60, using: &generator), upTo: 20)
        let new = scores(
            Int.random(in: ScoreDrift.leastImages...200, using: &generator),
            upTo: Int.random(in: 0...40, using: &generator)
        )
        let calibration = try ConformalCalibration(scores: normals)
        let (statistic, smallShare) = try plain(new, normals)
        let found = try #require(ScoreDrift(of: new, against: calibration))
        #expect(found.statistic == statistic)
        #expect(found.smallShare == smallShare)
        var comparison = ScoreComparison(with: calibration)
        for score in new.shuffled(using: &generator) { comparison.add(score) }
        #expect(ScoreDrift(comparison) == found)
    }

    @Test func tellsWhoIsHigher() throws {
        let calibration = try ConformalCalibration(scores: (0..<50).map(Float.init))
        let low = try #require(
            ScoreDrift(of: (0..<50).map { Float($0) - 30 }, against: calibration)
        )
        #expect(!low.isHigher)
        #expect(low.smallShare == 0)
        let high = try #require(
            ScoreDrift(of: (0..<50).map { Float($0) + 30 }, against: calibration)
        )
        #expect(high.isHigher)
        #expect(abs(high.statistic - 0.6) < 1e-12)
        // From 49 on, at most one normal score is as high: 2 of 51 is below 5 %.
        #expect(high.smallShare == 31.0 / 50)
    }
}
