import SparseCoding
import Tensors
import Testing

@Suite struct OnlineDictionaryLearnerTests {
    @Test(
        "finds at least 95 % of the atoms that sparse data were made of",
        arguments: Kernels.available,
        [false, true]
    )
    func recoversAKnownDictionary(kernels: Kernels, signed: Bool) {
        let truth = AtomDictionary(atoms: randomMatrix(rows: 96, columns: 64, seed: 400)).atoms
        let samples = mixtures(6000, of: truth, active: 4, signed: signed, noise: 0.02, seed: 401)
        let learned = OnlineDictionaryLearner(
            atoms: 96,
            signed: signed,
            penalty: 0.2,
            passes: 20
        ).learn(from: samples, seed: 402, kernels: kernels)
        #expect(foundAtoms(truth, in: learned.dictionary, signed: signed) >= 92)
        #expect(largestNormDefect(learned.dictionary.atoms) < 1e-5)
    }

    @Test(
        "the curve falls, and ends at the objective of the returned atoms",
        arguments: [false, true]
    )
    func theCurveEndsAtTheResult(signed: Bool) {
        let truth = AtomDictionary(atoms: randomMatrix(rows: 30, columns: 16, seed: 410)).atoms
        let samples = mixtures(600, of: truth, active: 3, signed: signed, noise: 0.1, seed: 411)
        let learned = OnlineDictionaryLearner(
            atoms: 30,
            signed: signed,
            penalty: 0.2,
            passes: 5,
            minibatch: 64
        ).learn(from: samples, seed: 1, kernels: .best)
        let curve = learned.learningCurve
        #expect(curve.count == 6)
        #expect(curve.allSatisfy { $0 > 0 && $0 < 1 })
        #expect(curve[5] < curve[1] && curve[1] < curve[0])
        let reference = ReferenceLasso(learned.dictionary, penalty: 0.2, signed: signed)
        let energy = samples.elements.reduce(0) { $0 + Double($1) * Double($1) } / 600
        let share = reference.meanObjective(samples) / (0.5 * energy)
        #expect(abs(Double(curve[5]) - share) < 1e-4)
    }

    @Test(arguments: [false, true])
    func atomsAreUnitAndSortedByUse(signed: Bool) {
        let samples = randomMatrix(rows: 1111, columns: 9, seed: 420)
        let learned = OnlineDictionaryLearner(atoms: 31, signed: signed, penalty: 0.8)
            .learn(from: samples, seed: 3, kernels: .best)
        #expect(largestNormDefect(learned.dictionary.atoms) < 1e-5)
        #expect(zip(learned.usage, learned.usage.dropFirst()).allSatisfy { $0 >= $1 })
        let reference = ReferenceLasso(learned.dictionary, penalty: 0.8, signed: signed)
        var usage = [Int](repeating: 0, count: 31)
        for row in 0..<1111 {
            let codes = reference.codes(of: samples.row(row)).codes
            for (atom, code) in codes.enumerated() where abs(code) > 1e-3 { usage[atom] += 1 }
        }
        // Small codes may fall either way, since the learner's own codes are of limited precision.
        #expect(zip(learned.usage, usage).allSatisfy { abs($0 - $1) <= 8 })
    }

    @Test("atoms that start where no sample is come to use, and none is there twice")
    func replacesDeadAtoms() {
        // Nine samples in ten are multiples of one direction, so that nearly all atoms start there.
        let truth = AtomDictionary(atoms: randomMatrix(rows: 12, columns: 20, seed: 430)).atoms
        var samples = mixtures(2000, of: truth, active: 1, signed: true, noise: 0.01, seed: 431)
        for row in 0..<1800 {
            for column in 0..<20 { samples[row, column] = Float(1 + row % 3) * truth[0, column] }
        }
        let learner = OnlineDictionaryLearner(atoms: 12, signed: true, penalty: 0.1, passes: 12)
        let learned = learner.learn(from: samples, seed: 432, kernels: .best)
        #expect(foundAtoms(truth, in: learned.dictionary, signed: true) == 12)
        // Without a second pass there is no replacement, and most are missed.
        let single = OnlineDictionaryLearner(atoms: 12, signed: true, penalty: 0.1, passes: 1)
            .learn(from: samples, seed: 432, kernels: .best)
        #expect(foundAtoms(truth, in: single.dictionary, signed: true) < 8)
    }

    @Test("poor samples give finite unit atoms", arguments: poorSamples.indices, [0, 0.4])
    func survivesPoorSamples(index: Int, penalty: Float) {
        for (atoms, signed) in [(16, true), (16, false), (1, true), (1, false)] {
            let samples = poorSamples[index].samples
            let learned = OnlineDictionaryLearner(
                atoms: atoms,
                signed: signed,
                penalty: penalty,
                minibatch: 7
            ).learn(from: samples, seed: 1, kernels: .best)
            #expect(learned.dictionary.count == atoms)
            #expect(largestNormDefect(learned.dictionary.atoms) < 1e-5)
            #expect(learned.learningCurve.allSatisfy { (0...1).contains($0) })
            #expect(learned.usage.allSatisfy { (0...samples.rows).contains($0) })
        }
    }

    @Test(arguments: Kernels.available)
    func samplesAndSeedAloneDecide(kernels: Kernels) {
        let samples = randomMatrix(rows: 700, columns: 10, seed: 440)
        let learner = OnlineDictionaryLearner(atoms: 20, signed: true, penalty: 0.5)
        let first = learner.learn(from: samples, seed: 7, kernels: kernels)
        #expect(learner.learn(from: samples, seed: 7, kernels: kernels) == first)
        #expect(learner.learn(from: samples, seed: 8, kernels: kernels) != first)
    }

    @Test("kernels with fused multiply-add learn the same bits")
    func fusedKernelsAgree() {
        let samples = randomMatrix(rows: 500, columns: 13, seed: 450)
        let learner = OnlineDictionaryLearner(atoms: 20, signed: true, penalty: 0.5)
        let learned = Kernels.available.filter { $0.description != "baseline" }
            .map { learner.learn(from: samples, seed: 1, kernels: $0) }
        #expect(learned.allSatisfy { $0 == learned.first })
    }
}
