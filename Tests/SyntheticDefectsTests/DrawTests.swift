import Foundation
import SyntheticDefects
import Tensors
import Testing

@Suite struct DrawTests {
    @Test func logUniformNumbersHaveUniformLogarithms() {
        var generator = SeededGenerator(seed: 3)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<10_000 {
            let value = generator.nextLogUniform(in: 0.001...10)
            #expect((0.001...10).contains(value))
            counts[min(9, Int((log10(value) + 3) / 4 * 10))] += 1
        }
        // 1000 expected each, standard deviation 30.
        #expect(counts.allSatisfy { (850...1150).contains($0) }, "\(counts)")
    }

    @Test func logUniformOfOneNumberIsThatNumber() {
        var generator = SeededGenerator(seed: 3)
        #expect((generator.nextLogUniform(in: 7...7) - 7).magnitude < 1e-12)
    }

    @Test(arguments: [(1.0, 1), (3.7, 1), (9.0, 3), (40.0, 4)])
    func aGridOfNoiseIsTheNoiseAtItsPixels(grain: Double, octaves: Int) {
        let noise = ValueNoise(seed: 12)
        let grid = noise.grid(height: 23, width: 31, grain: grain, octaves: octaves)
        for row in 0..<23 {
            for column in 0..<31 {
                let exact = noise.fractal(
                    Double(column) / grain,
                    Double(row) / grain,
                    octaves: octaves
                )
                #expect((Double(grid[row * 31 + column]) - exact).magnitude < 1e-5)
            }
        }
    }
}
