import SparseCoding
import Tensors
import Testing

@Suite struct OrthonormalLearnerTests {
    @Test(
        "finds the orthonormal atoms that sparse data were made of",
        arguments: Kernels.available,
        [false, true]
    )
    func recoversAKnownDictionary(kernels: Kernels, signed: Bool) {
        let truth = orthonormalRows(64, of: 64, seed: 310)
        let samples = mixtures(6000, of: truth, active: 4, signed: signed, noise: 0.02, seed: 311)
        let learned = OrthonormalLearner(atoms: 64, signed: signed, penalty: 0.2)
            .learn(from: samples, seed: 312, kernels: kernels)
        // 95 % of 64.
        #expect(foundAtoms(truth, in: learned.dictionary, signed: signed) >= 61)
        #expect(orthonormalityDefect(learned.dictionary.atoms) < 1e-5)
    }

    @Test("finds fewer atoms than components, in their subspace")
    func recoversASmallDictionary() {
        let truth = orthonormalRows(20, of: 50, seed: 313)
        let samples = mixtures(3000, of: truth, active: 2, signed: true, noise: 0.02, seed: 314)
        let learned = OrthonormalLearner(atoms: 20, signed: true, penalty: 0.2, passes: 60)
            .learn(from: samples, seed: 315, kernels: .best)
        #expect(foundAtoms(truth, in: learned.dictionary, signed: true) >= 19)
    }

    @Test("the objective falls in every pass", arguments: 0..<8)
    func theObjectiveFalls(seed: UInt64) {
        let signed = seed % 2 == 0
        let samples = randomMatrix(rows: 900, columns: 17, seed: 320 + seed)
        let penalty: Float = seed < 4 ? 0.3 : 1
        let learned = OrthonormalLearner(atoms: 11, signed: signed, penalty: penalty, passes: 15)
            .learn(from: samples, seed: seed, kernels: .best)
        let curve = learned.learningCurve
        #expect(curve.count == 16)
        #expect(curve.allSatisfy { $0 > 0 && $0 < 1 })
        #expect(zip(curve, curve.dropFirst()).allSatisfy { $1 < $0 + 1e-6 })
        #expect(curve[15] < curve[0] - 0.005)
    }

    @Test("the curve's end is the objective of the returned atoms", arguments: [false, true])
    func theCurveEndsAtTheResult(signed: Bool) {
        let samples = randomMatrix(rows: 500, columns: 12, seed: 330)
        let learned = OrthonormalLearner(atoms: 12, signed: signed, penalty: 0.7, passes: 9)
            .learn(from: samples, seed: 1, kernels: .best)
        let reference = ReferenceLasso(learned.dictionary, penalty: 0.7, signed: signed)
        var (objective, energy) = (0.0, 0.0)
        var usage = [Int](repeating: 0, count: 12)
        for row in 0..<500 {
            let (codes, value) = reference.codes(of: samples.row(row))
            objective += value
            for (atom, code) in codes.enumerated() where code != 0 { usage[atom] += 1 }
            energy += samples.row(row).reduce(0) { $0 + Double($1) * Double($1) }
        }
        let share = objective / (0.5 * energy)
        #expect(abs(Double(learned.learningCurve.last ?? 0) - share) < 1e-5)
        // Responses within rounding of the penalty may fall either way.
        #expect(zip(learned.usage, usage).allSatisfy { abs($0 - $1) <= 1 })
        #expect(zip(learned.usage, learned.usage.dropFirst()).allSatisfy { $0 >= $1 })
    }

    @Test(
        "no small turn of the atoms explains the samples better at their codes",
        arguments: 0..<10
    )
    func theProcrustesStepIsOptimal(seed: UInt64) {
        let samples = randomMatrix(rows: 400, columns: 8, seed: 340)
        let codes = randomMatrix(rows: 400, columns: 8, seed: 341)
        let correlations = ReferenceKernels.multiply(codes.transposed, samples).map(Float.init)
        var matrix = Matrix(rows: 8, columns: 8)
        matrix.elements = correlations
        let best = matrix.polarFactor
        let least = Self.error(samples, codes, best)
        for scale: Float in [1e-2, 0.1, 1, 10] {
            var moved = randomMatrix(rows: 8, columns: 8, seed: 350 + seed)
            for index in moved.elements.indices {
                moved.elements[index] = best.elements[index] + scale * moved.elements[index]
            }
            #expect(Self.error(samples, codes, moved.polarFactor) > least)
        }
    }

    static func error(_ samples: Matrix, _ codes: Matrix, _ atoms: Matrix) -> Double {
        zip(samples.elements, ReferenceKernels.multiply(codes, atoms)).reduce(0) {
            $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
        }
    }

    @Test("poor samples give finite orthonormal atoms", arguments: poorSamples.indices, [0, 0.4])
    func survivesPoorSamples(index: Int, penalty: Float) {
        for (atoms, signed) in [(6, true), (6, false), (2, true)] {
            let samples = poorSamples[index].samples
            let learned = OrthonormalLearner(atoms: atoms, signed: signed, penalty: penalty)
                .learn(from: samples, seed: 1, kernels: .best)
            #expect(orthonormalityDefect(learned.dictionary.atoms) < 1e-5)
            #expect(learned.learningCurve.allSatisfy { (0...1).contains($0) })
            #expect(learned.usage.allSatisfy { (0...samples.rows).contains($0) })
        }
    }

    @Test(arguments: Kernels.available)
    func samplesAndSeedAloneDecide(kernels: Kernels) {
        let samples = randomMatrix(rows: 700, columns: 10, seed: 360)
        let learner = OrthonormalLearner(atoms: 10, signed: true, penalty: 0.5)
        let first = learner.learn(from: samples, seed: 7, kernels: kernels)
        #expect(learner.learn(from: samples, seed: 7, kernels: kernels) == first)
        #expect(learner.learn(from: samples, seed: 8, kernels: kernels) != first)
    }
}
