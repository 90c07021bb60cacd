import SyntheticDefects
import Testing

@Suite struct ValueNoiseTests {
    @Test func isUniformAtLatticePoints() {
        let noise = ValueNoise(seed: 7)
        var counts = [Int](repeating: 0, count: 10)
        for row in -50..<50 {
            for column in -50..<50 { counts[Int(noise.unit(column, row) * 10)] += 1 }
        }
        // 1000 expected each, standard deviation 30.
        #expect(counts.allSatisfy { (850...1150).contains($0) }, "\(counts)")
    }

    @Test func neighboursAreNotCorrelated() {
        let noise = ValueNoise(seed: 3)
        var products = (across: 0.0, down: 0.0)
        for row in 0..<100 {
            for column in 0..<100 {
                products.across += noise.signed(column, row) * noise.signed(column + 1, row)
                products.down += noise.signed(column, row) * noise.signed(column, row + 1)
            }
        }
        // Each sum has mean 0 and standard deviation 33.
        #expect(products.across.magnitude < 165)
        #expect(products.down.magnitude < 165)
    }

    @Test func meetsItsLatticePointsAndIsSmoothBetween() {
        let noise = ValueNoise(seed: 11)
        for row in -5..<5 {
            for column in -5..<5 {
                #expect(noise.at(Double(column), Double(row)) == noise.signed(column, row))
            }
        }
        let values = (0...8000).map { noise.at(-4 + Double($0) / 1000, 0.3) }
        let steps = zip(values, values.dropFirst()).map { ($0 - $1).magnitude }
        // The interpolation's steepest slope is 1.5 times the largest difference, 2.
        #expect(steps.allSatisfy { $0 <= 0.003 })
    }

    @Test func fractalStaysInRangeAndVaries() {
        let noise = ValueNoise(seed: 5)
        let values = (0..<5000).map { noise.fractal(Double($0) / 7, 0.4, octaves: 3) }
        #expect(values.allSatisfy { (-1...1).contains($0) })
        #expect(values.contains { $0 > 0.4 })
        #expect(values.contains { $0 < -0.4 })
    }

    @Test func seedsGiveDifferentTextures() {
        let same = (0..<1000).filter {
            ValueNoise(seed: 1).unit($0) == ValueNoise(seed: 2).unit($0)
        }
        #expect(same.isEmpty)
    }
}
