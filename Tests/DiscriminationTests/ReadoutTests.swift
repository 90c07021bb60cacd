import Discrimination
import Tensors
import Testing

@Suite struct ReadoutTests {
    static let examples = (0..<60).map { number in
        var example = PaintedSquares.example(number, seed: 21)
        // Soft targets and uneven weights take part.
        example.target.elements = example.target.elements.map { 0.05 + 0.9 * $0 }
        example.weight = Matrix(rows: 6, columns: 6, repeating: number % 3 == 0 ? 2 : 1)
        return example
    }

    static func network() throws -> ThresholdNetwork {
        ThresholdNetwork(parameters: try PaintedSquares.start(), kernels: .best)
    }

    @Test("the solved read-out is where the loss of the whole network has no slope")
    func solvedReadoutIsOptimal() throws {
        let loss = NetworkLoss(positiveWeight: 3)
        let before = try Self.network()
        let (parameters, solution) = try before.solvingReadout(
            over: Self.examples,
            positiveWeight: 3,
            options: .init(penalty: 1e-7)
        )
        #expect(solution.gradientNorm <= 1e-8)
        let after = ThresholdNetwork(parameters: parameters, kernels: .best)
        let slope = after.gradient(over: Self.examples, loss)
        let start = before.gradient(over: Self.examples, loss)
        #expect(slope.loss.total < 0.7 * start.loss.total)
        #expect(start.gradient.readout.contains { abs($0) > 1e-2 })
        #expect(slope.gradient.readout.allSatisfy { abs($0) < 1e-4 })
        #expect(abs(slope.gradient.offset) < 1e-4)
        #expect(parameters.layers == before.parameters.layers)
    }

    @Test func findsSquaresWithRandomLayers() throws {
        let before = try Self.network()
        let (parameters, _) = try before.solvingReadout(
            over: Self.examples,
            positiveWeight: 4,
            options: .init(penalty: 1e-3)
        )
        let after = ThresholdNetwork(parameters: parameters, kernels: .best)
        #expect(PaintedSquares.balancedAccuracy(of: after) > 0.9)
    }

    @Test func refusesExamplesOfOneKind() throws {
        let normal = TrainingExample(
            input: randomMap(height: 24, width: 24, channels: 1, seed: 1),
            target: Matrix(rows: 6, columns: 6)
        )
        #expect(throws: LogisticRegressionError.oneClass) {
            try Self.network().solvingReadout(over: [normal], options: .init(penalty: 1))
        }
    }
}
