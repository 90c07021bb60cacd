import Scoring
import Tensors
import Testing

struct RankCase: StoredCase {
    struct Rate: Decodable {
        let threshold: Float
        let falseAlarmRate: Double?
        let missRate: Double?
    }
    static let file = "rank_metrics.json"
    let name: String
    let scores: [Float]
    let isAnomalous: String
    let auroc: Double?
    let averagePrecision: Double?
    let bestF1: Double?
    let lowestFlaggedAtBestF1: Float?
    let rates: [Rate]
}

@Suite struct RankMetricsTests {
    @Test(arguments: try RankCase.all())
    func agreesWithScikitLearn(stored: RankCase) {
        let labels = labels(stored.isAnomalous)
        let auroc = RankMetrics.auroc(scores: stored.scores, isAnomalous: labels)
        #expect(agrees(auroc, stored.auroc, within: 1e-12))
        let precision = RankMetrics.averagePrecision(scores: stored.scores, isAnomalous: labels)
        #expect(agrees(precision, stored.averagePrecision, within: 1e-12))
        let best = RankMetrics.bestF1(scores: stored.scores, isAnomalous: labels)
        #expect(agrees(best?.f1, stored.bestF1, within: 1e-12))
        #expect(stored.rates.count == 5)
        for rate in stored.rates {
            let falseAlarms = RankMetrics.falseAlarmRate(
                scores: stored.scores,
                isAnomalous: labels,
                threshold: rate.threshold
            )
            #expect(agrees(falseAlarms, rate.falseAlarmRate, within: 1e-12))
            let misses = RankMetrics.missRate(
                scores: stored.scores,
                isAnomalous: labels,
                threshold: rate.threshold
            )
            #expect(agrees(misses, rate.missRate, within: 1e-12))
        }
    }

    @Test(arguments: try RankCase.all())
    func bestThresholdFlagsWhatGivesTheBestF1(stored: RankCase) throws {
        guard let lowestFlagged = stored.lowestFlaggedAtBestF1 else { return }
        let best = try #require(
            RankMetrics.bestF1(scores: stored.scores, isAnomalous: labels(stored.isAnomalous))
        )
        #expect(
            stored.scores.map { $0 > best.threshold } == stored.scores.map { $0 >= lowestFlagged }
        )
    }

    @Test func bestThresholdLiesHalfwayBetweenScores() {
        let best = RankMetrics.bestF1(
            scores: [1, 2, 4, 5],
            isAnomalous: [false, false, true, true]
        )
        #expect(best?.f1 == 1)
        #expect(best?.threshold == 3)
    }

    @Test func bestThresholdSeparatesNeighbouringFloats() {
        let best = RankMetrics.bestF1(
            scores: [1, Float(1).nextUp],
            isAnomalous: [false, true]
        )
        #expect(best?.f1 == 1)
        #expect(best?.threshold == 1)
    }

    @Test func bestThresholdCopesWithInfinities() {
        let best = RankMetrics.bestF1(
            scores: [-.infinity, .infinity, 3],
            isAnomalous: [false, true, true]
        )
        #expect(best?.f1 == 1)
        #expect(best?.threshold == -.infinity)
        let extremes = RankMetrics.bestF1(
            scores: [-.infinity, .infinity],
            isAnomalous: [false, true]
        )
        #expect(extremes?.f1 == 1)
        #expect(extremes?.threshold == -.infinity)
    }

    @Test func nothingIsDefinedWithoutItems() {
        #expect(RankMetrics.auroc(scores: [], isAnomalous: []) == nil)
        #expect(RankMetrics.averagePrecision(scores: [], isAnomalous: []) == nil)
        #expect(RankMetrics.bestF1(scores: [], isAnomalous: []) == nil)
        #expect(RankMetrics.falseAlarmRate(scores: [], isAnomalous: [], threshold: 0) == nil)
        #expect(RankMetrics.missRate(scores: [], isAnomalous: [], threshold: 0) == nil)
    }

    @Test(arguments: UInt64(0)..<20)
    func areasKeepUnderMonotoneTransforms(seed: UInt64) throws {
        let (scores, labels) = sample(seed: seed)
        // Powers of two and the cube of small whole numbers are exact, so ties stay ties.
        let transforms: [(Float) -> Float] = [
            { $0 * 0.25 }, { $0 * $0 * $0 }, { $0 < 0 ? $0 * 4 : $0 * 16 },
        ]
        let auroc = try #require(RankMetrics.auroc(scores: scores, isAnomalous: labels))
        let precision = try #require(
            RankMetrics.averagePrecision(scores: scores, isAnomalous: labels)
        )
        for transform in transforms {
            let moved = scores.map(transform)
            #expect(RankMetrics.auroc(scores: moved, isAnomalous: labels) == auroc)
            #expect(RankMetrics.averagePrecision(scores: moved, isAnomalous: labels) == precision)
        }
    }

    @Test(arguments: UInt64(0)..<20)
    func areasOfScoresAndOppositesSumToOne(seed: UInt64) throws {
        let (scores, labels) = sample(seed: seed)
        let auroc = try #require(RankMetrics.auroc(scores: scores, isAnomalous: labels))
        let opposite = try #require(
            RankMetrics.auroc(scores: scores.map { -$0 }, isAnomalous: labels)
        )
        let exchanged = try #require(
            RankMetrics.auroc(scores: scores, isAnomalous: labels.map { !$0 })
        )
        #expect(abs(auroc + opposite - 1) < 1e-12)
        #expect(abs(auroc + exchanged - 1) < 1e-12)
    }

    @Test(arguments: UInt64(0)..<10)
    func areaIsTheShareOfOrderedPairs(seed: UInt64) throws {
        let (scores, labels) = sample(seed: seed)
        var wins = 0.0
        var pairs = 0.0
        for (high, isHigh) in zip(scores, labels) where isHigh {
            for (low, isLow) in zip(scores, labels) where !isLow {
                wins += high > low ? 1 : high == low ? 0.5 : 0
                pairs += 1
            }
        }
        let auroc = try #require(RankMetrics.auroc(scores: scores, isAnomalous: labels))
        #expect(abs(auroc - wins / pairs) < 1e-12)
    }

    @Test(arguments: UInt64(0)..<10)
    func noThresholdBeatsTheBestF1(seed: UInt64) throws {
        let (scores, labels) = sample(seed: seed)
        let best = try #require(RankMetrics.bestF1(scores: scores, isAnomalous: labels))
        func f1(above threshold: Float) -> Double {
            let flagged = zip(scores, labels).filter { $0.0 > threshold }
            let hits = flagged.count { $0.1 }
            return 2 * Double(hits) / Double(flagged.count + labels.count { $0 })
        }
        #expect(abs(f1(above: best.threshold) - best.f1) < 1e-12)
        for threshold in Set(scores).union([-100]) {
            #expect(f1(above: threshold) <= best.f1 + 1e-12)
            if threshold > best.threshold { #expect(f1(above: threshold) < best.f1) }
        }
    }

    @Test func scoresThatAreNotNumbersStopTheProgram() async {
        await #expect(processExitsWith: .failure) {
            _ = RankMetrics.auroc(scores: [.nan, 1], isAnomalous: [true, false])
        }
        await #expect(processExitsWith: .failure) {
            _ = RankMetrics.missRate(scores: [1, -.nan], isAnomalous: [true, false], threshold: 0)
        }
    }

    @Test func missingLabelsStopTheProgram() async {
        await #expect(processExitsWith: .failure) {
            _ = RankMetrics.auroc(scores: [1, 2, 3], isAnomalous: [true, false])
        }
    }

    /// Whole scores in -8...8 with many ties; both classes occur.
    private func sample(seed: UInt64) -> (scores: [Float], labels: [Bool]) {
        var generator = SeededGenerator(seed: seed, stream: 11)
        let count = 20 + generator.next(below: 100)
        var scores: [Float] = [0, 0]
        var labels = [true, false]
        for _ in 0..<count {
            let isAnomalous = generator.nextUnit() < 0.3
            scores.append(Float(generator.next(below: 15) - 8 + (isAnomalous ? 2 : 0)))
            labels.append(isAnomalous)
        }
        return (scores, labels)
    }
}
