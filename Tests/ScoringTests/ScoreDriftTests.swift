import Scoring
import Testing

@Suite struct ScoreDriftTests {
    static let normals = (0..<80).map { Float($0 * 37 % 101) / 10 }
    static let others = (0..<60).map { Float($0 * 53 % 97) / 9 + 0.8 }

    static func drift(_ scores: [Float]) throws -> ScoreDrift? {
        ScoreDrift(of: scores, against: try ConformalCalibration(scores: normals))
    }

    /// From SciPy 1.16: `ks_2samp(...).statistic` and `kstwobign.sf` of the corrected statistic.
    @Test(
        "statistic and probability are those of SciPy",
        arguments: [
            (0.0, 0.12916666666666665, 0.5865480110152712),
            (4.0, 0.5083333333333333, 1.7243734377067903e-08),
        ] as [(Float, Double, Double)]
    )
    func agreesWithSciPy(shift: Float, statistic: Double, pValue: Double) throws {
        let found = try #require(try Self.drift(Self.others.map { $0 + shift }))
        #expect(abs(found.statistic - statistic) < 1e-9)
        #expect(abs(found.pValue - pValue) < 1e-9 + 1e-6 * pValue)
        #expect(found.images == 60)
    }

    @Test func scoresOfTheSameSourceAreNoDrift() throws {
        let same = try #require(try Self.drift(Self.normals))
        #expect(same.statistic == 0)
        #expect(same.pValue == 1)
        #expect(!same.isSuspected)
        #expect(abs(same.smallShare - ScoreDrift.smallPValue) < 0.02)
    }

    @Test("some defective images are no drift, a shift of all is")
    func tellsDefectsFromDrift() throws {
        var scores = Self.normals
        for place in 0..<8 { scores[place * 10] = 500 }
        let defects = try #require(try Self.drift(scores))
        #expect(!defects.isSuspected)
        #expect(defects.smallShare > 0.1)
        let shifted = try #require(try Self.drift(Self.normals.map { $0 + 5 }))
        #expect(shifted.isSuspected)
        let lower = try #require(try Self.drift(Self.normals.map { $0 - 5 }))
        #expect(!lower.isSuspected && lower.statistic > 0.3)
        #expect(!lower.isHigher && shifted.isHigher)
        #expect(lower.smallShare == 0)
    }

    @Test("so few images that chance alone may do it say nothing")
    func needsImages() throws {
        let few = [Float](repeating: 50, count: ScoreDrift.leastImages - 1)
        #expect(try Self.drift(few) == nil)
        #expect(try Self.drift(few + [50])?.isSuspected == true)
    }
}
