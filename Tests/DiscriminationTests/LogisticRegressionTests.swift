import Discrimination
import Tensors
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A regression that scikit-learn has solved.
struct RegressionCase: StoredCase {
    static let file = "regressions.json"
    let name: String
    let columns: Int
    let features: [Float]
    let labels: String
    let sampleWeights: [Double]?
    let penalty: Double
    let weights: [Double]
    let intercept: Double

    func matrix() throws -> Matrix {
        try Matrix(rows: labels.count, columns: columns, elements: features)
    }

    var isPositive: [Bool] { labels.map { $0 == "1" } }
}

@Suite struct LogisticRegressionTests {
    /// Rows that overlap: positive ones are shifted, and one column repeats another.
    static func problem(rows: Int, columns: Int, seed: UInt64) -> (Matrix, [Bool]) {
        var generator = SeededGenerator(seed: seed)
        var matrix = Matrix(rows: rows, columns: columns)
        var labels: [Bool] = []
        for row in 0..<rows {
            labels.append(generator.nextUnit() < 0.4)
            for column in 0..<columns {
                let shift = labels[row] && column % 3 == 0 ? 0.8 : 0
                matrix[row, column] = Float(generator.nextNormal() + shift)
            }
            matrix[row, columns - 1] = matrix[row, 0]
        }
        return (matrix, labels)
    }

    /// The norm of the objective's gradient, computed in the plainest way.
    static func gradientNorm(
        _ features: Matrix,
        _ labels: [Bool],
        _ sampleWeights: [Double]?,
        penalty: Double,
        model: LogisticRegression
    ) -> Double {
        let weights = sampleWeights ?? [Double](repeating: 1, count: labels.count)
        let total = weights.reduce(0, +)
        var gradient = model.weights.map { penalty * $0 } + [0]
        let logits = model.logits(of: features)
        for row in 0..<features.rows {
            var logit = model.intercept
            for column in 0..<features.columns {
                logit += Double(features[row, column]) * model.weights[column]
            }
            #expect(abs(logit - logits[row]) < 1e-9 * max(1, abs(logit)))
            let probability = 1 / (1 + exp(-logit))
            let slope = weights[row] / total * (probability - (labels[row] ? 1 : 0))
            for column in 0..<features.columns {
                gradient[column] += slope * Double(features[row, column])
            }
            gradient[features.columns] += slope
        }
        return gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }

    @Test("agrees with scikit-learn", arguments: try RegressionCase.all(), [1500, 0])
    func agreesWithStoredWeights(stored: RegressionCase, newtonLimit: Int) throws {
        let solution = try LogisticRegression.learn(
            features: try stored.matrix(),
            labels: stored.isPositive,
            sampleWeights: stored.sampleWeights,
            options: .init(penalty: stored.penalty, newtonLimit: newtonLimit),
            kernels: .best
        )
        for (found, wanted) in zip(solution.model.weights, stored.weights) {
            #expect(abs(found - wanted) < 2e-5 * max(1, abs(wanted)))
        }
        #expect(abs(solution.model.intercept - stored.intercept) < 2e-5)
        #expect(solution.model.weights.allSatisfy { $0.isFinite })
    }

    @Test("the gradient is as short as certified", arguments: [1500, 0], Kernels.available)
    func certificateHolds(newtonLimit: Int, kernels: Kernels) throws {
        let (features, labels) = Self.problem(rows: 500, columns: 33, seed: 2)
        let sampleWeights = (0..<500).map { Double($0 % 4) / 2 }
        let solution = try LogisticRegression.learn(
            features: features,
            labels: labels,
            sampleWeights: sampleWeights,
            options: .init(penalty: 1e-3, tolerance: 1e-9, newtonLimit: newtonLimit),
            kernels: kernels
        )
        #expect(solution.gradientNorm <= 1e-9)
        #expect(solution.iterations > 1)
        let norm = Self.gradientNorm(
            features,
            labels,
            sampleWeights,
            penalty: 1e-3,
            model: solution.model
        )
        #expect(norm < 1.01e-9)
        var moved = solution.model
        moved.weights[3] += 1e-4
        let away = Self.gradientNorm(
            features,
            labels,
            sampleWeights,
            penalty: 1e-3,
            model: moved
        )
        #expect(away > 1e-6)
    }

    @Test("the optimum is unique", arguments: [1500, 0])
    func startsAgree(newtonLimit: Int) throws {
        let (features, labels) = Self.problem(rows: 300, columns: 20, seed: 3)
        var generator = SeededGenerator(seed: 4)
        let starts: [LogisticRegression?] =
            [nil]
            + (0..<3).map { _ in
                LogisticRegression(
                    weights: (0..<20).map { _ in generator.nextNormal() * 3 },
                    intercept: generator.nextNormal()
                )
            }
        let solutions = try starts.map {
            try LogisticRegression.learn(
                features: features,
                labels: labels,
                options: .init(penalty: 1e-2, tolerance: 1e-9, newtonLimit: newtonLimit),
                start: $0,
                kernels: .best
            )
        }
        for solution in solutions {
            for (a, b) in zip(solution.model.weights, solutions[0].model.weights) {
                #expect(abs(a - b) < 1e-6)
            }
            #expect(abs(solution.model.intercept - solutions[0].model.intercept) < 1e-6)
        }
    }

    @Test func bothMethodsFindTheSameOptimum() throws {
        let (features, labels) = Self.problem(rows: 400, columns: 150, seed: 5)
        let solutions = try [1500, 0].map {
            try LogisticRegression.learn(
                features: features,
                labels: labels,
                options: .init(penalty: 1e-3, newtonLimit: $0),
                kernels: .best
            )
        }
        for (a, b) in zip(solutions[0].model.weights, solutions[1].model.weights) {
            #expect(abs(a - b) < 3e-5)
        }
        #expect(solutions[0].iterations < 20)
        #expect(abs(solutions[0].objective - solutions[1].objective) < 1e-10)
    }

    @Test func isDeterministic() throws {
        let (features, labels) = Self.problem(rows: 200, columns: 30, seed: 6)
        let solutions = try (0..<2).map { _ in
            try LogisticRegression.learn(
                features: features,
                labels: labels,
                options: .init(penalty: 1e-2),
                kernels: .best
            )
        }
        #expect(solutions[0] == solutions[1])
    }

    @Test func separableRowsGiveFiniteWeights() throws {
        let features = try Matrix(rows: 4, columns: 1, elements: [-2, -1, 1, 2])
        let solution = try LogisticRegression.learn(
            features: features,
            labels: [false, false, true, true],
            options: .init(penalty: 1e-6),
            kernels: .best
        )
        #expect(solution.model.weights[0].isFinite && solution.model.weights[0] > 5)
        #expect(abs(solution.model.intercept) < 1e-2)
    }

    @Test func refusesOneClass() throws {
        let features = Matrix(rows: 3, columns: 2, repeating: 1)
        #expect(throws: LogisticRegressionError.oneClass) {
            try Self.learn(features, [true, true, true])
        }
        #expect(throws: LogisticRegressionError.oneClass) {
            try Self.learn(features, [true, true, false], weights: [1, 1, 0])
        }
        #expect(throws: LogisticRegressionError.oneClass) {
            try Self.learn(Matrix(rows: 0, columns: 2), [])
        }
    }

    @Test func refusesWhatMakesNoSense() throws {
        let features = Matrix(rows: 2, columns: 2, repeating: 1)
        #expect(throws: LogisticRegressionError.self) { try Self.learn(features, [true]) }
        #expect(throws: LogisticRegressionError.self) {
            try Self.learn(features, [true, false], weights: [1, -1])
        }
        #expect(throws: LogisticRegressionError.self) {
            try Self.learn(features, [true, false], penalty: 0)
        }
        var broken = features
        broken[1, 1] = .nan
        #expect(throws: LogisticRegressionError.invalid("a feature is not finite")) {
            try Self.learn(broken, [true, false])
        }
    }

    @Test func saysThatItHasNotConverged() throws {
        let (features, labels) = Self.problem(rows: 100, columns: 10, seed: 8)
        #expect {
            try LogisticRegression.learn(
                features: features,
                labels: labels,
                options: .init(penalty: 1e-3, iterationLimit: 2, newtonLimit: 0),
                kernels: .best
            )
        } throws: { error in
            guard case .notConverged(let norm) = error as? LogisticRegressionError else {
                return false
            }
            return norm > 1e-8
        }
    }

    @discardableResult
    static func learn(
        _ features: Matrix,
        _ labels: [Bool],
        weights: [Double]? = nil,
        penalty: Double = 0.1
    ) throws -> LogisticRegression.Solution {
        try LogisticRegression.learn(
            features: features,
            labels: labels,
            sampleWeights: weights,
            options: .init(penalty: penalty),
            kernels: .best
        )
    }
}
