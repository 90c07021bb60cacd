import Scoring
import Tensors
import Testing

struct SummaryCase: StoredCase {
    static let file = "score_summaries.json"
    let name: String
    let scores: [Float]
    let mean: Double
    let quantiles: [Double]
}

@Suite struct ScoreSummaryTests {
    @Test(arguments: try SummaryCase.all())
    func agreesWithNumPy(stored: SummaryCase) throws {
        let summary = try #require(ScoreSummary(of: stored.scores))
        let quantiles = [
            summary.min, summary.q05, summary.q25, summary.median, summary.q75, summary.q95,
            summary.max,
        ]
        #expect(summary.count == stored.scores.count)
        try #require(stored.quantiles.count == quantiles.count)
        for (quantile, expected) in zip(quantiles, stored.quantiles) {
            #expect(abs(Double(quantile) - expected) <= 1e-6 * max(1, abs(expected)))
        }
        #expect(abs(Double(summary.mean) - stored.mean) <= 1e-6 * max(1, abs(stored.mean)))
    }

    @Test func orderDoesNotMatter() throws {
        var generator = SeededGenerator(seed: 1)
        let scores = (0..<500).map { _ in Float(generator.nextNormal()) * 1e6 } + [0, -0.0]
        let summary = try #require(ScoreSummary(of: scores))
        for _ in 0..<5 {
            #expect(ScoreSummary(of: scores.shuffled(using: &generator)) == summary)
        }
    }

    @Test func zerosHaveOneSign() throws {
        let summary = try #require(ScoreSummary(of: [-0.0]))
        #expect(summary.min.sign == .plus)
        #expect(summary.mean.sign == .plus)
    }

    @Test func nothingHasNoSummary() {
        #expect(ScoreSummary(of: []) == nil)
    }

    @Test func scoresThatAreNotFiniteStopTheProgram() async {
        await #expect(processExitsWith: .failure) { _ = ScoreSummary(of: [1, .nan]) }
        await #expect(processExitsWith: .failure) { _ = ScoreSummary(of: [1, .infinity]) }
    }
}
