import SparseCoding
import Tensors
import Testing

/// Codes beside those that scikit-learn's `sparse_encode` finds for the same dictionary and patches.
@Suite struct ScikitLearnTests {
    struct Golden: Decodable {
        var components: Int
        var atoms: Int
        var penalty: Float
        var nonzeroLimit: Int
        var dictionary: [Float]
        var patches: [Float]
        var lassoCoordinateDescent: [Double]
        var lassoCoordinateDescentPositive: [Double]
        var lassoLeastAngle: [Double]
        var lassoLeastAnglePositive: [Double]
        var matchingPursuit: [Double]
        var threshold: [Double]
        var thresholdPositive: [Double]

        static func read() throws -> Golden {
            try GoldenNumbers.read(Golden.self, "inference.json")
        }

        func patchRows() throws -> Matrix {
            try Matrix(rows: patches.count / components, columns: components, elements: patches)
        }

        func coder(_ inference: Inference, signed: Bool) throws -> SparseCoder {
            let rows = try Matrix(rows: atoms, columns: components, elements: dictionary)
            return SparseCoder(
                dictionary: try #require(AtomDictionary(unitAtoms: rows)),
                penalties: [Float](repeating: penalty, count: atoms),
                inference: inference,
                signed: signed,
                kernels: .best
            )
        }

        /// Codes with their sign, one an atom.
        func codes(_ inference: Inference, signed: Bool) throws -> [Float] {
            let codes = try coder(inference, signed: signed).encode(patchRows())
            return (0..<codes.rows).flatMap { row in
                (0..<atoms).map { atom in
                    signed ? codes[row, atom] - codes[row, atoms + atom] : codes[row, atom]
                }
            }
        }

        /// The objective of codes with their sign, over all patches.
        func objective(_ codes: [Double], signed: Bool) throws -> Double {
            let coder = try coder(.fista(iterations: 1), signed: signed)
            let patches = try patchRows()
            var pairs = Matrix(rows: patches.rows, columns: coder.channels)
            for (index, code) in codes.enumerated() {
                let (row, atom) = (index / atoms, index % atoms)
                pairs[row, code < 0 ? atoms + atom : atom] = Float(abs(code))
            }
            return coder.objective(of: pairs, for: patches).reduce(0, +)
        }
    }

    static let converging = [
        Inference.fista(iterations: 5000), .ista(iterations: 10_000), .lca(steps: 8000),
    ]

    @Test("the penalised minimiser is the lasso's", arguments: converging, [false, true])
    func agreesWithLasso(inference: Inference, signed: Bool) throws {
        let golden = try Golden.read()
        let exact = signed ? golden.lassoLeastAngle : golden.lassoLeastAnglePositive
        let found = try golden.codes(inference, signed: signed)
        #expect(exact.contains { $0 != 0 } && exact.contains { $0 == 0 })
        #expect(exact.contains { $0 < 0 } == signed)
        #expect(largestDifference(found, exact) < 1e-4)
        // Coordinate descent stops a little early: near in codes, never better in the objective.
        let descent =
            signed ? golden.lassoCoordinateDescent : golden.lassoCoordinateDescentPositive
        #expect(largestDifference(found, descent) < 0.05)
        let mine = try golden.objective(found.map(Double.init), signed: signed)
        let theirs = try golden.objective(descent, signed: signed)
        #expect(mine <= theirs + 1e-5 && theirs - mine < 1e-3 * mine)
    }

    @Test func agreesWithOrthogonalMatchingPursuit() throws {
        let golden = try Golden.read()
        let found = try golden.codes(.omp(nonzeroLimit: golden.nonzeroLimit), signed: true)
        #expect(largestDifference(found, golden.matchingPursuit) < 2e-5)
        #expect(found.count { $0 != 0 } == golden.nonzeroLimit * 12)
    }

    @Test(arguments: [false, true])
    func agreesWithThresholding(signed: Bool) throws {
        let golden = try Golden.read()
        let wanted = signed ? golden.threshold : golden.thresholdPositive
        let found = try golden.codes(.thresholding, signed: signed)
        #expect(largestDifference(found, wanted) < 2e-6)
    }
}
