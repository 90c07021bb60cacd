import Testing
import residua_bench

@Suite struct MeasurementTests {
    @Test func medianAndBestGoByDirection() {
        let times = Measurement("t", unit: "ms", .lessIsBetter, samples: [4, 1, 3, 9])
        #expect(times.median == 3.5 && times.best == 1 && times.repetitions == 4)
        let rates = Measurement("r", unit: "1/s", .moreIsBetter, samples: [4, 1, 9])
        #expect(rates.median == 4 && rates.best == 9)
    }

    @Test func goalIsABoundByDirection() {
        let time = Measurement("t", unit: "ms", .lessIsBetter, samples: [20])
        #expect(time.reachesGoal == nil)
        #expect(time.keyed(.scoreAVX2).reachesGoal == true)
        #expect(time.keyed(.scoreAVX512).reachesGoal == false)
        let share = Measurement("s", unit: "%", .moreIsBetter, samples: [84.9])
        #expect(share.keyed(.scanPNG).reachesGoal == false)
        #expect(share.keyed(.scanJPEG).reachesGoal == true)
        #expect(share.keyed(.scanMemory, goal: 80).reachesGoal == true)
    }

    @Test func figuresHaveNamesOfTheirOwn() {
        #expect(Set(KeyFigure.allCases.map(\.rawValue)).count == KeyFigure.allCases.count)
    }
}

@Suite struct ProfileTests {
    @Test func namesWhatNoStageExplains() {
        let profile = Profile(
            stages: [.init("decode", [0.010, 0.020]), .init("encode", [0.030, 0.040])],
            whole: [0.050, 0.100],
            images: 10
        )
        let rows = profile.measurements
        #expect(rows.map(\.name).prefix(2) == ["decode", "encode"])
        #expect(rows[2].name == Profile.rest)
        #expect(rows.allSatisfy { $0.unit == "ms/image" })
        // Of 5 and 10 ms an image 1 and 4 are left.
        #expect(abs(rows[2].median - 2.5) < 1e-9)
        #expect(abs((rows[2].share ?? 0) - 30) < 1e-9)
        #expect(abs(rows[3].median - 7.5) < 1e-9)
        #expect(rows[3].share == 100)
    }
}

@Suite struct LineFitTests {
    @Test func findsTheFixedPartAndTheSlope() {
        let fit = LineFit(counts: [25, 50, 100], costs: [115, 190, 340])
        #expect(abs(fit.fixed - 40) < 1e-9 && abs(fit.perPiece - 3) < 1e-9)
    }

    @Test func leavesTheLeastSquares() {
        let fit = LineFit(counts: [0, 1, 2], costs: [0, 0, 3])
        #expect(abs(fit.fixed + 0.5) < 1e-9 && abs(fit.perPiece - 1.5) < 1e-9)
    }
}
