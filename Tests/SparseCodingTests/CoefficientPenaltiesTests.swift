import SparseCoding
import Tensors
import Testing

@Suite struct CoefficientPenaltiesTests {
    /// Responses whose columns differ in scale and, the last one, in sign.
    static func responses(_ count: Int, seed: UInt64) -> Matrix {
        var result = randomMatrix(rows: count, columns: 5, seed: seed)
        for row in 0..<count {
            for column in 0..<5 {
                let scale: Float = [0.01, 1, 30, 1, 1][column]
                let value = result[row, column]
                result[row, column] = scale * (column < 3 ? value : value * value)
            }
            result[row, 4] *= -1
        }
        return result
    }

    @Test(
        "the wanted activation rate is reached on held-out data, within sampling error",
        arguments: [Float(0.01), 0.05, 0.2, 0.4],
        [false, true]
    )
    func reachesTheWantedRate(rate: Float, signed: Bool) {
        let penalties = CoefficientPenalties.activation(
            rate: rate,
            of: Self.responses(20_000, seed: 610),
            signed: signed
        )
        let fresh = Self.responses(20_000, seed: 611)
        for atom in 0..<5 {
            let active = (0..<20_000).count { row in
                let response = signed ? abs(fresh[row, atom]) : fresh[row, atom]
                return response > penalties[atom]
            }
            let share = Double(active) / 20_000
            if atom == 4 && !signed {
                // No response is above 0: the rate can't be reached without a penalty below 0.
                #expect(penalties[atom] == 0 && share == 0)
                continue
            }
            // Both sets of samples scatter; four standard errors.
            let error = (2 * Double(rate * (1 - rate)) / 20_000).squareRoot()
            #expect(abs(share - Double(rate)) < 4 * error)
        }
    }

    @Test(
        "is the stated order statistic of samples in any order",
        arguments: [1, 2, 9, 19, 100]
    )
    func isAnOrderStatistic(count: Int) {
        var responses = Matrix(rows: count, columns: 1)
        for row in 0..<count { responses[row, 0] = Float((row * 7) % count + 1) }
        for rate in [Float(0), 0.1, 0.5, 0.9, 1] {
            let rank = min(max(Int((rate * Float(count + 1)).rounded()), 1), count)
            let found = CoefficientPenalties.activation(rate: rate, of: responses, signed: false)
            #expect(found == [Float(count + 1 - rank)])
        }
    }

    @Test func penaltiesAreNeverNegative() {
        for rate in [Float(0), 0.3, 1] {
            for signed in [false, true] {
                let found = CoefficientPenalties.activation(
                    rate: rate,
                    of: Self.responses(50, seed: 612),
                    signed: signed
                )
                #expect(found.allSatisfy { $0 >= 0 && $0.isFinite })
            }
        }
        let zeros = Matrix(rows: 7, columns: 3)
        #expect(CoefficientPenalties.activation(rate: 0.2, of: zeros, signed: true) == [0, 0, 0])
        #expect(CoefficientPenalties.spread(2, of: zeros) == [0, 0, 0])
    }

    @Test func spreadIsInStandardDeviations() {
        let found = CoefficientPenalties.spread(0.5, of: Self.responses(50_000, seed: 613))
        // The square of a normal number has a root mean square of sqrt(3).
        let wanted = [0.005, 0.5, 15, 0.866, 0.866]
        for (found, wanted) in zip(found, wanted) {
            #expect(abs(Double(found) / wanted - 1) < 0.05)
        }
    }
}
