import Foundation
import Reports
import Scoring
import Testing

@Suite struct HeatLegendTests {
    /// 99 good images with evenly spaced scores from 0.02 to 1.98.
    private let calibration = {
        try ConformalCalibration(scores: (1...99).map { Float($0) / 50 })
    }

    @Test func ticksAreTheValuesThatSoManyGoodImagesReach() throws {
        let calibration = try calibration()
        let threshold = calibration.threshold(falseAlarmRate: 0.05)
        // Five of a hundred may lie above: 1.90 is the 95th score.
        #expect(threshold.value == 1.9)
        let legend = HeatLegend(calibration: calibration, threshold: threshold)
        #expect(
            legend.ticks.map(\.label) == [
                "1 in 2 good images", "1 in 10 good images", "1 in 20 good images",
                "1 in 100 good images",
            ]
        )
        #expect(legend.ticks.map(\.rate) == [0.5, 0.1, 0.05, 0.01])
        #expect(legend.ticks.map(\.isThreshold) == [false, false, true, false])
        // Of 99 scores the 50th, the 90th and the last one.
        let wanted: [Float] = [1.0 / 1.9, 1.8 / 1.9, 1, 1.98 / 1.9]
        for (tick, value) in zip(legend.ticks, wanted) { #expect(abs(tick.value - value) < 1e-6) }
        #expect(abs(legend.unseenAbove - 1.98 / 1.9) < 1e-6)
    }

    @Test func saysNoMoreThanTheNormalsSupport() throws {
        let calibration = try ConformalCalibration(scores: (1...24).map { Float($0) })
        let threshold = calibration.threshold(falseAlarmRate: 0.01)
        #expect(!threshold.isSufficient)
        let legend = HeatLegend(calibration: calibration, threshold: threshold)
        // One in 25 is the rarest that 24 images can show: 12 of 25, 2 of 25 and 1 of 25.
        #expect(legend.ticks.map(\.rate) == [0.48, 0.08, 0.04])
        #expect(legend.ticks.last?.isThreshold == true && legend.ticks.last?.value == 1)
        #expect(legend.unseenAbove == 1)
    }

    @Test func theThresholdReplacesATickOfTheSameValue() throws {
        let calibration = try calibration()
        let threshold = calibration.threshold(falseAlarmRate: 0.01)
        let legend = HeatLegend(calibration: calibration, threshold: threshold)
        #expect(legend.ticks.map(\.rate) == [0.5, 0.1, 0.01])
        #expect(legend.ticks.filter { $0.value == 1 }.count == 1)
    }

    @Test func valuesBeyondTheColorsHaveNoTick() throws {
        let calibration = try ConformalCalibration(scores: [0.1, 0.2, 5])
        let threshold = calibration.threshold(falseAlarmRate: 0.6)
        let legend = HeatLegend(calibration: calibration, threshold: threshold)
        #expect(legend.ticks.allSatisfy { $0.value < legend.saturation && $0.value > 0 })
        #expect(legend.unseenAbove > legend.saturation)
    }

    @Test(arguments: [[0], [-3, -2, -1], [0, 0, 0, 0]] as [[Float]])
    func holdsForThresholdsThatGiveNoScale(scores: [Float]) throws {
        let calibration = try ConformalCalibration(scores: scores)
        let threshold = calibration.threshold(falseAlarmRate: 0.01)
        let legend = HeatLegend(calibration: calibration, threshold: threshold)
        #expect(legend.ticks.filter(\.isThreshold).count == 1)
        #expect(legend.ticks.allSatisfy(\.value.isFinite) && legend.unseenAbove.isFinite)
    }

    @Test func colorsAreThoseOfTheScale() throws {
        let calibration = try calibration()
        let legend = HeatLegend(
            calibration: calibration,
            threshold: calibration.threshold(falseAlarmRate: 0.01)
        )
        func hexadecimal(_ index: Int) -> String {
            let color = HeatColors.table[index]
            return String(format: "#%02x%02x%02x", color.x, color.y, color.z)
        }
        #expect(legend.colors.count == 25 && legend.saturation == 3)
        #expect(legend.colors.first == hexadecimal(0))
        #expect(legend.colors[4] == hexadecimal(24))
        #expect(legend.colors[8] == hexadecimal(112))
        #expect(legend.colors.last == hexadecimal(255))
    }

    @Test func isKeptInTheSummary() throws {
        let calibration = try calibration()
        var summary = summary(of: RunTally())
        summary.legend = HeatLegend(
            calibration: calibration,
            threshold: calibration.threshold(falseAlarmRate: 0.05)
        )
        let bytes = try ReportJSON.document(summary, what: "run.json")
        #expect(try ReportJSON.decode(RunSummary.self, from: bytes) == summary)
        let text = String(decoding: bytes, as: UTF8.self)
        for key in ["legend", "ticks", "is_threshold", "unseen_above", "saturation", "colors"] {
            #expect(text.contains("\"\(key)\""), "\(key)")
        }
    }
}
