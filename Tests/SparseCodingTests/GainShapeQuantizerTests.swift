import SparseCoding
import Tensors
import Testing

@Suite struct GainShapeQuantizerTests {
    /// Noisy multiples of single atoms.
    static func sparseSamples(
        _ count: Int,
        of dictionary: Matrix,
        signed: Bool,
        noise: Double,
        seed: UInt64
    ) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        var samples = Matrix(rows: count, columns: dictionary.columns)
        for row in 0..<count {
            let atom = generator.next(below: dictionary.rows)
            let sign: Double = signed && generator.nextUnit() < 0.5 ? -1 : 1
            let gain = sign * generator.next(in: 0.5...2)
            for column in 0..<dictionary.columns {
                let value = gain * Double(dictionary[atom, column])
                samples[row, column] = Float(value + noise * generator.nextNormal())
            }
        }
        return samples
    }

    static func norm(_ row: [Float]) -> Double {
        row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }

    /// The share of the samples' energy that the best multiples of single atoms leave.
    static func remaining(_ samples: Matrix, _ atoms: Matrix, signed: Bool) -> Double {
        let responses = ReferenceKernels.multiply(samples, atoms.transposed)
        var explained = 0.0
        for row in 0..<samples.rows {
            let line = responses[row * atoms.rows..<(row + 1) * atoms.rows]
            let best = line.map { signed ? abs($0) : max(0, $0) }.max() ?? 0
            explained += best * best
        }
        let energy = samples.elements.reduce(0) { $0 + Double($1) * Double($1) }
        return 1 - explained / energy
    }

    @Test(
        "finds the atoms that noisy 1-sparse data were made of",
        arguments: Kernels.available,
        [false, true]
    )
    func recoversAKnownDictionary(kernels: Kernels, signed: Bool) {
        let truth = AtomDictionary(atoms: randomMatrix(rows: 40, columns: 24, seed: 141)).atoms
        let samples = Self.sparseSamples(6000, of: truth, signed: signed, noise: 0.02, seed: 142)
        // Some atoms to spare: starts may fall twice on the samples of one atom.
        let learned = GainShapeQuantizer(atoms: 160, signed: signed, iterations: 20)
            .learn(from: samples, seed: 143, kernels: kernels)
        let cosines = ReferenceKernels.multiply(truth, learned.dictionary.atoms.transposed)
        let found = (0..<40).count { atom in
            cosines[atom * 160..<(atom + 1) * 160].contains { signed ? abs($0) > 0.97 : $0 > 0.97 }
        }
        #expect(found >= 38)
        #expect((learned.learningCurve.last ?? 1) < 0.05)
    }

    @Test(arguments: Kernels.available, 0..<8)
    func theLearningCurveNeverRises(kernels: Kernels, seed: UInt64) {
        let signed = seed % 2 == 0
        let samples = randomMatrix(rows: 3000, columns: 13, seed: 150 + seed)
        let learned = GainShapeQuantizer(atoms: 17, signed: signed)
            .learn(from: samples, seed: seed, kernels: kernels)
        let curve = learned.learningCurve
        #expect(curve.count == 12)
        #expect(curve.allSatisfy { $0 >= 0 && $0 <= 1 })
        #expect(zip(curve, curve.dropFirst()).allSatisfy { $1 <= $0 + 1e-6 })
        #expect((curve.last ?? 1) < curve[0] - 0.01)
        // The returned atoms had one more update than the last point of the curve.
        let end = Self.remaining(samples, learned.dictionary.atoms, signed: signed)
        #expect(end <= Double(curve.last ?? 0) + 1e-5)
    }

    @Test("in the end each atom is the direction of its samples, weighted by their responses")
    func endsAtAFixedPoint() {
        let samples = randomMatrix(rows: 800, columns: 7, seed: 155)
        for signed in [false, true] {
            let learned = GainShapeQuantizer(atoms: 9, signed: signed, iterations: 150)
                .learn(from: samples, seed: 2, kernels: .best)
            let atoms = learned.dictionary.atoms
            let responses = ReferenceKernels.multiply(samples, atoms.transposed)
            var sums = [[Double]](repeating: [Double](repeating: 0, count: 7), count: 9)
            var usage = [Int](repeating: 0, count: 9)
            for row in 0..<800 {
                let line = responses[row * 9..<(row + 1) * 9].map { signed ? abs($0) : $0 }
                guard let best = line.indices.max(by: { line[$0] < line[$1] }), line[best] > 0
                else { continue }
                usage[best] += 1
                for column in 0..<7 {
                    sums[best][column] += responses[row * 9 + best] * Double(samples[row, column])
                }
            }
            #expect(learned.usage == usage)
            for atom in 0..<9 {
                let norm = sums[atom].reduce(0) { $0 + $1 * $1 }.squareRoot()
                #expect(largestDifference(atoms.row(atom), sums[atom].map { $0 / norm }) < 1e-4)
            }
        }
    }

    @Test(arguments: [false, true])
    func atomsAreUnitAndSortedByUse(signed: Bool) {
        let samples = randomMatrix(rows: 1111, columns: 9, seed: 160)
        let learned = GainShapeQuantizer(atoms: 31, signed: signed)
            .learn(from: samples, seed: 3, kernels: .best)
        let atoms = learned.dictionary.atoms
        #expect((0..<31).allSatisfy { abs(Self.norm(atoms.row($0)) - 1) < 1e-5 })
        #expect(zip(learned.usage, learned.usage.dropFirst()).allSatisfy { $0 >= $1 })
        let used = learned.usage.reduce(0, +)
        #expect(signed ? used == 1111 : used <= 1111 && used > 1000)
    }

    @Test func nonNegativeCodesSeeNoOppositePatches() {
        // All samples are positive multiples of one direction or its opposite.
        var samples = Matrix(rows: 300, columns: 4)
        for row in 0..<300 { samples[row, 2] = row % 3 == 0 ? -2 : 1 }
        let signed = GainShapeQuantizer(atoms: 1, signed: true)
            .learn(from: samples, seed: 1, kernels: .best)
        #expect(signed.usage == [300])
        #expect((signed.learningCurve.last ?? 1) < 1e-6)
        let single = GainShapeQuantizer(atoms: 1, signed: false)
            .learn(from: samples, seed: 1, kernels: .best)
        #expect(single.usage == [100] || single.usage == [200])
        let both = GainShapeQuantizer(atoms: 8, signed: false)
            .learn(from: samples, seed: 1, kernels: .best)
        #expect(both.usage.prefix(2) == [200, 100])
        #expect((both.learningCurve.last ?? 1) < 1e-6)
    }

    @Test("odd samples give finite unit atoms", arguments: [false, true])
    func survivesOddSamples(signed: Bool) {
        let zeros = Matrix(rows: 40, columns: 6)
        var identical = Matrix(rows: 40, columns: 6, repeating: 0.25)
        for row in 0..<40 { identical[row, 1] = -1 }
        var tiny = randomMatrix(rows: 40, columns: 6, seed: 170)
        for index in tiny.elements.indices { tiny.elements[index] *= 1e-12 }
        let few = randomMatrix(rows: 5, columns: 6, seed: 171)
        let single = randomMatrix(rows: 1, columns: 1, seed: 172)
        for samples in [zeros, identical, tiny, few, single] {
            let learned = GainShapeQuantizer(atoms: 16, signed: signed)
                .learn(from: samples, seed: 5, kernels: .best)
            let atoms = learned.dictionary.atoms
            #expect(atoms.rows == 16 && learned.usage.count == 16)
            #expect((0..<16).allSatisfy { abs(Self.norm(atoms.row($0)) - 1) < 1e-5 })
            #expect(learned.learningCurve.allSatisfy { $0 >= 0 && $0 <= 1 })
            #expect(learned.usage.reduce(0, +) <= samples.rows)
        }
        let same = GainShapeQuantizer(atoms: 16, signed: signed)
            .learn(from: identical, seed: 5, kernels: .best)
        #expect((same.learningCurve.last ?? 1) < 1e-6)
    }

    @Test(arguments: Kernels.available)
    func samplesAndSeedAloneDecide(kernels: Kernels) {
        let samples = randomMatrix(rows: 700, columns: 10, seed: 180)
        let quantizer = GainShapeQuantizer(atoms: 20, signed: true)
        let first = quantizer.learn(from: samples, seed: 7, kernels: kernels)
        #expect(quantizer.learn(from: samples, seed: 7, kernels: kernels) == first)
        #expect(quantizer.learn(from: samples, seed: 8, kernels: kernels) != first)
    }
}
