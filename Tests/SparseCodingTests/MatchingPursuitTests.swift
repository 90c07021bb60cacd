import SparseCoding
import Tensors
import Testing

@Suite struct MatchingPursuitTests {
    static let patches = randomMatrix(rows: 40, columns: 12, seed: 250)

    static func coder(_ limit: Int, signed: Bool, seed: UInt64 = 251) -> SparseCoder {
        randomCoder(.omp(nonzeroLimit: limit), atoms: 30, signed: signed, seed: seed)
    }

    @Test(
        "at most k atoms, and more atoms never leave a larger residual",
        arguments: [false, true]
    )
    func neverExceedsTheLimitAndNeverGetsWorse(signed: Bool) {
        var before = [Double](repeating: .infinity, count: 40)
        var used = 0
        for limit in 1...30 {
            let coder = Self.coder(limit, signed: signed)
            let problem = CodingProblem(coder)
            let codes = coder.encode(Self.patches)
            #expect(codes.elements.allSatisfy { $0 >= 0 && $0.isFinite })
            for row in 0..<40 {
                let active = codes.row(row).count { $0 > 0 }
                #expect(active <= min(limit, 12))
                used = max(used, active)
                let error = problem.squaredError(Self.patches.row(row), codes.row(row))
                #expect(error <= before[row] + 1e-5)
                before[row] = error
            }
        }
        #expect(used == 12)
        // As many independent atoms as components explain everything, if any sign will do.
        if signed { #expect(before.allSatisfy { $0 < 1e-5 }) }
    }

    @Test(
        "codes are the least squares solution over their atoms",
        arguments: [false, true],
        [1, 4, 9]
    )
    func theResidualIsOrthogonalToTheAtomsTaken(signed: Bool, limit: Int) {
        let coder = Self.coder(limit, signed: signed)
        let problem = CodingProblem(coder)
        let codes = coder.encode(Self.patches)
        let atoms = coder.dictionary.atoms
        for row in 0..<40 {
            let rest = problem.residual(Self.patches.row(row), codes.row(row))
            for (channel, code) in codes.row(row).enumerated() where code > 0 {
                let atom = atoms.row(channel % 30)
                let overlap = zip(atom, rest).reduce(0) { $0 + Double($1.0) * $1.1 }
                #expect(abs(overlap) < 1e-4)
            }
        }
    }

    @Test(arguments: [false, true])
    func theFirstAtomIsTheOneThatCorrelatesBest(signed: Bool) {
        let codes = Self.coder(1, signed: signed).encode(Self.patches)
        let atoms = Self.coder(1, signed: signed).dictionary.atoms
        let responses = ReferenceKernels.multiply(Self.patches, atoms.transposed)
        for row in 0..<40 {
            let line = responses[row * 30..<(row + 1) * 30].map { signed ? abs($0) : $0 }
            let best = line.indices.max { line[$0] < line[$1] } ?? 0
            let active = codes.row(row).indices.filter { codes[row, $0] > 0 }
            #expect(active.map { $0 % 30 } == [best])
        }
    }

    @Test(
        "patches made of few atoms that overlap little are taken apart again",
        arguments: [false, true],
        [UInt64(260), 261, 262]
    )
    func recoversSparseCodes(signed: Bool, seed: UInt64) {
        let coder = randomCoder(
            .omp(nonzeroLimit: 3),
            atoms: 60,
            components: 200,
            signed: signed,
            seed: seed
        )
        var generator = SeededGenerator(seed: seed)
        var codes = Matrix(rows: 20, columns: coder.channels)
        for row in 0..<20 {
            for atom in generator.choose(3, of: 60) {
                let negative = signed && generator.nextUnit() < 0.5
                codes[row, negative ? 60 + atom : atom] = Float(generator.next(in: 0.5...2))
            }
        }
        var rows = Matrix(rows: coder.channels, columns: 200)
        rows.elements = coder.dictionary.atoms.elements
        if signed { rows.elements += coder.dictionary.atoms.elements.map { -$0 } }
        let patches = Kernels.best.multiply(codes, rows)
        let found = coder.encode(patches)
        #expect(largestDifference(found.elements, codes.elements.map(Double.init)) < 1e-4)
    }

    @Test("lets go of an atom that would turn negative")
    func nonNegativeCodesAreLeastSquaresWithoutNegatives() {
        // Atoms of a wide cone: greedy choices that later ones make wrong are common.
        var atoms = randomMatrix(rows: 30, columns: 12, seed: 270)
        for row in 0..<30 { for column in 0..<12 { atoms[row, column] += 0.8 } }
        let coder = SparseCoder(
            dictionary: AtomDictionary(atoms: atoms),
            penalties: [Float](repeating: 0, count: 30),
            inference: .omp(nonzeroLimit: 12),
            signed: false,
            kernels: .best
        )
        var patches = Self.patches
        for index in patches.elements.indices { patches.elements[index] += 0.5 }
        let codes = coder.encode(patches)
        let best = coder.with(.fista(iterations: 8000)).encode(patches)
        let problem = CodingProblem(coder)
        var fewer = 0
        for row in 0..<40 {
            let found = problem.squaredError(patches.row(row), codes.row(row))
            let least = problem.squaredError(patches.row(row), best.row(row))
            // With room for all atoms the non-negative least squares problem is solved.
            #expect(found <= least + 1e-3)
            if codes.row(row).count(where: { $0 > 0 }) < 12 { fewer += 1 }
        }
        #expect(fewer > 20)
    }

    @Test("no input is refused", arguments: [false, true])
    func survivesOddInput(signed: Bool) {
        // Atoms twice over and their negatives: never independent.
        let some = randomMatrix(rows: 5, columns: 6, seed: 280)
        var atoms = Matrix(rows: 15, columns: 6)
        atoms.elements = some.elements + some.elements + some.elements.map { -$0 }
        let coder = SparseCoder(
            dictionary: AtomDictionary(atoms: atoms),
            penalties: [Float](repeating: 0, count: 15),
            inference: .omp(nonzeroLimit: 15),
            signed: signed,
            kernels: .best
        )
        var patches = randomMatrix(rows: 8, columns: 6, seed: 281)
        for column in 0..<6 {
            patches[0, column] = 0
            patches[1, column] = some[2, column]
            patches[2, column] *= 1e-18
            patches[3, column] *= 1e12
        }
        let codes = coder.encode(patches)
        #expect(codes.elements.allSatisfy { $0 >= 0 && $0.isFinite })
        #expect(codes.row(0).allSatisfy { $0 == 0 })
        #expect(codes.row(1).count { $0 > 0 } == 1)
        let problem = CodingProblem(coder)
        for row in 1..<8 {
            #expect(codes.row(row).count { $0 > 0 } <= 5)
            let zero = [Float](repeating: 0, count: coder.channels)
            let energy = problem.squaredError(patches.row(row), zero)
            #expect(problem.squaredError(patches.row(row), codes.row(row)) < energy)
        }
        var broken = patches
        broken[4, 2] = .nan
        broken[5, 1] = .infinity
        let others = coder.encode(broken)
        for row in [0, 1, 3, 6, 7] { #expect(others.row(row) == codes.row(row)) }
    }
}
