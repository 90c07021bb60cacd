import Scoring
import Tensors
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

@Suite struct ConformalCalibrationTests {
    @Test func pValueCountsScoresThatAreNotBelow() throws {
        let calibration = try ConformalCalibration(scores: [3, 1, 2, 2])
        #expect(calibration.scores == [1, 2, 2, 3])
        #expect(calibration.pValue(of: 0) == 1)
        #expect(calibration.pValue(of: 1) == 1)
        #expect(calibration.pValue(of: 1.5) == 4.0 / 5)
        #expect(calibration.pValue(of: 2) == 4.0 / 5)
        #expect(calibration.pValue(of: 3) == 2.0 / 5)
        #expect(calibration.pValue(of: 3.5) == 1.0 / 5)
        #expect(calibration.pValue(of: .infinity) == 1.0 / 5)
        #expect(calibration.pValue(of: -.infinity) == 1)
    }

    @Test func thresholdIsTheStatedOrderStatistic() throws {
        let calibration = try ConformalCalibration(scores: (1...99).map(Float.init).reversed())
        // The ceil((1 - rate) * 100)-th smallest score, computed by hand.
        for (rate, rank) in [(0.01, 99), (0.015, 99), (0.02, 98), (0.07, 93), (0.1, 90), (0.5, 50)]
        {
            let threshold = calibration.threshold(falseAlarmRate: rate)
            #expect(threshold.value == Float(rank), "rate \(rate)")
            #expect(threshold.isSufficient)
            #expect(threshold.wantedRate == rate)
            #expect(threshold.guaranteedRate == Double(100 - rank) / 100)
        }
    }

    @Test func tooFewNormalsAreSaidSo() throws {
        let calibration = try ConformalCalibration(scores: (1...20).map(Float.init))
        let threshold = calibration.threshold(falseAlarmRate: 0.01)
        #expect(threshold.value == 20)
        #expect(!threshold.isSufficient)
        #expect(threshold.guaranteedRate == 1.0 / 21)
        #expect(threshold.normalsNeeded == 99)
    }

    static let needs: [(rate: Double, normals: Int)] = [
        (0.5, 1), (0.3, 3), (0.25, 3), (0.1, 9), (0.05, 19), (0.01, 99), (0.001, 999), (0.9, 1),
        (1.0 / 3, 2), (1.0 / 49, 48), (1.0 / 107, 106), (1.0.nextDown, 1),
    ]

    @Test(arguments: needs)
    func countsTheNormalsThatARateNeeds(rate: Double, needed: Int) throws {
        #expect(ConformalCalibration.normalsNeeded(falseAlarmRate: rate) == needed)
    }

    @Test func sufficiencyBeginsAtTheNeededNumber() throws {
        for whole in 2..<400 {
            for rate in [
                1 / Double(whole), (1 / Double(whole)).nextUp, (1 / Double(whole)).nextDown,
            ] {
                let needed = ConformalCalibration.normalsNeeded(falseAlarmRate: rate)
                for count in max(1, needed - 1)...needed {
                    let calibration = try ConformalCalibration(
                        scores: [Float](repeating: 1, count: count)
                    )
                    let threshold = calibration.threshold(falseAlarmRate: rate)
                    #expect(threshold.isSufficient == (count >= needed))
                    #expect(threshold.normalsNeeded == needed)
                }
            }
        }
    }

    @Test func tinyRatesEnd() {
        let most = (1 << 53) - 1
        #expect(ConformalCalibration.normalsNeeded(falseAlarmRate: 1e-300) == most)
        #expect(ConformalCalibration.normalsNeeded(falseAlarmRate: 0x1p-53) == most)
    }

    @Test(arguments: UInt64(0)..<60)
    func flaggedExactlyWhenThePValueIsAtMostTheRate(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed, stream: 21)
        let count = 1 + generator.next(below: 120)
        let spread = 2 + generator.next(below: 60)
        let calibration = try ConformalCalibration(
            scores: (0..<count).map { _ in Float(generator.next(below: spread)) }
        )
        // Rates between the steps, on them, and a rounding error beside them.
        var rates = (0..<10).map { _ in generator.next(in: 0.001...0.999) }
        for flagged in 1...count {
            let step = Double(flagged) / Double(count + 1)
            rates += [step, step.nextUp, step.nextDown]
        }
        for rate in rates {
            let threshold = calibration.threshold(falseAlarmRate: rate)
            guard threshold.isSufficient else {
                #expect(calibration.pValue(of: .infinity) > rate)
                continue
            }
            #expect(threshold.guaranteedRate <= rate)
            for half in -1...(2 * spread) {
                let score = Float(half) / 2
                let isUnlikely = calibration.pValue(of: score) <= rate
                #expect((score > threshold.value) == isUnlikely, "\(score) at rate \(rate)")
            }
        }
    }

    @Test(arguments: UInt64(0)..<40)
    func atMostTheRateOfEachSetIsFlaggedByTheOthers(seed: UInt64) throws {
        // Exchangeability itself: each of n + 1 images in turn is the new one.
        var generator = SeededGenerator(seed: seed, stream: 22)
        let count = 2 + generator.next(below: 60)
        let hasTies = seed.isMultiple(of: 2)
        let scores = (0..<count).map { index in
            hasTies ? Float(generator.next(below: 10)) : Float((index * 37) % 1009)
        }
        for rate in [0.01, 0.05, 0.1, 0.25, 0.5] {
            var flagged = 0
            var allowed = 0.0
            for place in scores.indices {
                var others = scores
                others.remove(at: place)
                let threshold = try ConformalCalibration(scores: others)
                    .threshold(falseAlarmRate: rate)
                if scores[place] > threshold.value { flagged += 1 }
                allowed = threshold.guaranteedRate * Double(count)
            }
            #expect(Double(flagged) <= allowed + 1e-9)
            // Without ties the guarantee is not only kept but met.
            if !hasTies { #expect(abs(Double(flagged) - allowed) < 1e-9) }
        }
    }

    @Test(arguments: [5, 20, 50, 199], [0.01, 0.05, 0.2])
    func falseAlarmsKeepToTheRate(normals: Int, rate: Double) throws {
        var generator = SeededGenerator(seed: UInt64(normals), stream: 23)
        let draws = 4_000
        var flagged = 0
        var smallPValues = 0
        var guaranteed = 0.0
        for _ in 0..<draws {
            // A shift that all share keeps the images exchangeable, though not independent.
            let shift = generator.nextNormal()
            func draw() -> Float { Float(shift + generator.nextUnit() * generator.nextUnit()) }
            let calibration = try ConformalCalibration(scores: (0..<normals).map { _ in draw() })
            let score = draw()
            let threshold = calibration.threshold(falseAlarmRate: rate)
            guaranteed = threshold.guaranteedRate
            if score > threshold.value { flagged += 1 }
            if calibration.pValue(of: score) <= rate { smallPValues += 1 }
        }
        func deviation(_ share: Double) -> Double {
            (share * (1 - share) / Double(draws)).squareRoot()
        }
        let share = Double(flagged) / Double(draws)
        #expect(abs(share - guaranteed) < 4 * deviation(guaranteed))
        #expect(Double(smallPValues) / Double(draws) < rate + 4 * deviation(rate))
    }

    @Test func emptyCalibrationIsAnError() {
        #expect(throws: CalibrationError.empty) { try ConformalCalibration(scores: []) }
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func scoresThatAreNotFiniteAreAnError(score: Float) {
        #expect(throws: CalibrationError.notFinite(index: 1)) {
            try ConformalCalibration(scores: [1, score, 2])
        }
    }

    @Test func scoreThatIsNotANumberStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            _ = try ConformalCalibration(scores: [1]).pValue(of: .nan)
        }
    }

    @Test func readsWhatItWrites() throws {
        var generator = SeededGenerator(seed: 9)
        let scores = (0..<200).map { _ in
            Float(generator.nextNormal()) * Float(generator.next(below: 1000))
        }
        let calibration = try ConformalCalibration(scores: scores + [0.1, -0.0, 3e-38, 3e38])
        let data = try JSONEncoder().encode(calibration)
        #expect(try JSONDecoder().decode(ConformalCalibration.self, from: data) == calibration)
        let threshold = calibration.threshold(falseAlarmRate: 0.01)
        let thresholdData = try JSONEncoder().encode(threshold)
        #expect(
            try JSONDecoder().decode(ConformalThreshold.self, from: thresholdData) == threshold
        )
    }

    @Test func writesPlainNumbers() throws {
        let data = try JSONEncoder().encode(ConformalCalibration(scores: [0.5, 0.1]))
        #expect(String(decoding: data, as: UTF8.self) == #"{"scores":[0.1,0.5]}"#)
    }

    @Test(arguments: [#"{"scores":[]}"#, #"{"scores":[1,1e60]}"#, #"{"scores":["NaN"]}"#, "{}"])
    func refusesDamagedJSON(text: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(ConformalCalibration.self, from: Data(text.utf8))
        }
    }
}
