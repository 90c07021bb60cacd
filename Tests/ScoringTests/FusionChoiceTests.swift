import Scoring
import Testing

@Suite struct FusionChoiceTests {
    static func measure(
        _ rule: ScoreFusion.Rule,
        _ auroc: Double,
        error: Double = 0.01,
        isPinned: Bool = false
    ) -> FusionRecord.Measure {
        FusionRecord.Measure(
            fusion: ScoreFusion(rule: rule, isPinned: isPinned),
            auroc: auroc,
            standardError: error
        )
    }

    @Test(
        "another fusion must be better by 0.05 and by twice the standard error",
        arguments: [
            (0.90, 0.01, ScoreFusion.Rule.evidence), (0.949, 0.01, .evidence),
            (0.951, 0.01, .largest), (0.951, 0.03, .evidence), (0.961, 0.03, .largest),
            (0.5, 0.0, .evidence),
        ]
    )
    func theMargin(auroc: Double, error: Double, expected: ScoreFusion.Rule) {
        let declared = Self.measure(.evidence, 0.9)
        let other = Self.measure(.largest, auroc, error: error)
        let choice = FusionRecord.choice(declared: declared, candidates: [declared, other])
        #expect(choice.rule == expected)
    }

    @Test func theErrorOfTheDeclaredFusionCountsToo() {
        let declared = Self.measure(.evidence, 0.6, error: 0.1)
        let other = Self.measure(.largest, 0.75, error: 0.01)
        #expect(FusionRecord.choice(declared: declared, candidates: [other]) == declared.fusion)
    }

    @Test func theBestIsChosenAndTheFirstOfEqualOnes() {
        let declared = Self.measure(.evidence, 0.5)
        let candidates = [
            Self.measure(.largest, 0.8), Self.measure(.mean, 0.9),
            FusionRecord.Measure(
                fusion: ScoreFusion(rule: .largest, topShare: 0.5),
                auroc: 0.9,
                standardError: 0
            ),
        ]
        #expect(FusionRecord.choice(declared: declared, candidates: candidates).rule == .mean)
    }

    @Test func aHeadIsNeverChosenOnPaintedDefects() {
        let declared = Self.measure(.evidence, 0.5)
        let head = Self.measure(.head, 1, error: 0)
        #expect(FusionRecord.choice(declared: declared, candidates: [head]) == declared.fusion)
    }

    @Test func aPinnedFusionStays() {
        let declared = Self.measure(.evidence, 0.5, isPinned: true)
        let other = Self.measure(.largest, 1, error: 0)
        #expect(FusionRecord.choice(declared: declared, candidates: [other]) == declared.fusion)
    }

    @Test("the standard error is that of the source's example")
    func standardError() {
        // Hanley and McNeil (1982): 0.893 of 51 abnormal and 58 normal cases has 0.032.
        let error = RankMetrics.aurocStandardError(0.893, anomalous: 51, normal: 58)
        #expect(abs(error - 0.032) < 0.0006)
        #expect(RankMetrics.aurocStandardError(1, anomalous: 3, normal: 4) == 0)
        // Of one pair it is that of a coin.
        #expect(RankMetrics.aurocStandardError(0.5, anomalous: 1, normal: 1) == 0.5)
    }
}
