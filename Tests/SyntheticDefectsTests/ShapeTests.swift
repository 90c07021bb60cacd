import Foundation
import SyntheticDefects
import Testing

@Suite struct ShapeTests {
    @Test func waveIsNearlyASine() {
        let turns = (-3000...3000).map { Double($0) / 1000 }
        let errors = turns.map { (Shape.wave($0) - sin(2 * .pi * $0)).magnitude }
        #expect(errors.allSatisfy { $0 < 0.0012 })
    }

    @Test func bellIsSymmetricAndFalls() {
        #expect(Shape.bell(0) == 1)
        #expect(Shape.bell(1) == 0.25)
        #expect(Shape.bell(-2) == Shape.bell(2))
        #expect(Shape.bell(2) < Shape.bell(1.9))
    }

    @Test(arguments: [(2.0, 6.0), (6.0, 2.0), (-1.0, 1.0)])
    func rampGoesFromZeroToOne(lower: Double, upper: Double) {
        let middle = (lower + upper) / 2
        #expect(Shape.ramp(lower, from: lower, to: upper) == 0)
        #expect(Shape.ramp(middle, from: lower, to: upper) == 0.5)
        #expect(Shape.ramp(upper, from: lower, to: upper) == 1)
        #expect(Shape.ramp(2 * lower - upper, from: lower, to: upper) == 0)
        #expect(Shape.ramp(2 * upper - lower, from: lower, to: upper) == 1)
    }

    @Test(arguments: [(-3.0, 1.0), (-0.5, 1.0), (0.0, 0.5), (0.25, 0.25), (0.5, 0.0), (2.0, 0.0)])
    func insideIsThePixelShare(distance: Double, share: Double) {
        #expect(Shape.inside(distance) == share)
    }
}
