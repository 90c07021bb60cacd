import SparseCoding
import Tensors
import Testing

/// The claims about what inference finds.
@Suite struct InferenceOptimalityTests {
    static let patches = randomMatrix(rows: 20, columns: 12, seed: 210)

    static func largest(_ left: Matrix, _ right: Matrix) -> Double {
        largestDifference(left.elements, right.elements.map(Double.init))
    }

    static func largestViolation(_ codes: Matrix, _ coder: SparseCoder) -> Double {
        let problem = CodingProblem(coder)
        return (0..<patches.rows).reduce(0) {
            max($0, problem.violation(patches.row($1), codes.row($1)))
        }
    }

    @Test(
        "with orthonormal atoms the soft threshold and the ReLU find the minimiser that FISTA converges to",
        arguments: [false, true],
        [12, 7]
    )
    func thresholdingIsExactForOrthonormalAtoms(signed: Bool, atoms: Int) {
        let coder = SparseCoder(
            dictionary: AtomDictionary(atoms: orthonormalRows(atoms, of: 12, seed: 211)),
            penalties: (0..<atoms).map { Float($0) / Float(atoms) },
            inference: .thresholding,
            signed: signed,
            kernels: .best
        )
        let codes = coder.encode(Self.patches)
        let active = codes.elements.count { $0 > 0 }
        #expect(active > codes.elements.count / 8 && active < codes.elements.count * 7 / 8)
        #expect(Self.largestViolation(codes, coder) < 1e-5)
        let converged = coder.with(.fista(iterations: 300)).encode(Self.patches)
        #expect(Self.largest(codes, converged) < 1e-5)
        // The check itself notices a change of one coefficient.
        var wrong = codes
        let place = codes.elements.firstIndex { $0 > 0.1 } ?? 0
        wrong.elements[place] += 1e-3
        #expect(Self.largestViolation(wrong, coder) > 5e-4)
    }

    @Test("with atoms that overlap the threshold is not the minimiser, and the iterations are")
    func iterationsReachTheMinimiserOfOvercompleteAtoms() {
        for signed in [false, true] {
            let coder = randomCoder(.fista(iterations: 4000), signed: signed)
            let codes = coder.encode(Self.patches)
            #expect(Self.largestViolation(codes, coder) < 2e-5)
            let simple = coder.with(.thresholding).encode(Self.patches)
            #expect(Self.largestViolation(simple, coder) > 0.5)
            let slow = coder.with(.ista(iterations: 8000)).encode(Self.patches)
            #expect(Self.largestViolation(slow, coder) < 1e-4)
        }
    }

    @Test(
        "brute force over all supports of a small dictionary finds the same minimum",
        arguments: [false, true],
        0..<6 as Range<UInt64>
    )
    func bruteForceFindsTheSameMinimum(signed: Bool, seed: UInt64) {
        let coder = randomCoder(
            .fista(iterations: 2000),
            atoms: signed ? 4 : 7,
            components: 4,
            signed: signed,
            seed: 220 + seed
        )
        let patches = randomMatrix(rows: 5, columns: 4, seed: 230 + seed)
        let codes = coder.encode(patches)
        let problem = CodingProblem(coder)
        for row in 0..<5 {
            let least = problem.leastOverAllSupports(patches.row(row))
            #expect(abs(problem.objective(patches.row(row), codes.row(row)) - least) < 2e-6)
        }
    }

    @Test(arguments: Kernels.available, [false, true])
    func oneIterationFromZeroWithUnitStepIsTheReLULayer(kernels: Kernels, signed: Bool) {
        let coder = randomCoder(.thresholding, signed: signed, kernels: kernels)
        let relu = coder.encode(Self.patches)
        #expect(relu.elements.contains { $0 > 0 })
        for inference in [
            Inference.ista(iterations: 1, step: 1), .fista(iterations: 1, step: 1),
            .lca(steps: 1, rate: 1),
        ] {
            let step = randomCoder(inference, signed: signed, kernels: kernels)
            #expect(step.encode(Self.patches) == relu)
        }
        // One step of another length is not.
        let half = randomCoder(.ista(iterations: 1, step: 0.5), signed: signed, kernels: kernels)
        #expect(half.encode(Self.patches) != relu)
    }

    @Test(
        "the gap to the least objective stays within L |a*|^2 / 2k (ISTA) and 2 L |a*|^2 / (k + 1)^2 (FISTA)",
        arguments: [false, true],
        [UInt64(240), 241, 242]
    )
    func objectivesFallAsTheoryBoundsThem(signed: Bool, seed: UInt64) throws {
        let exact = randomCoder(.fista(iterations: 6000), signed: signed, seed: seed)
        let lipschitz = Double(try #require(exact.lipschitzConstant))
        var gained = 0
        for row in 0..<6 {
            let patch = Matrix(rows: 1, columns: 12, filledWith: Self.patches.row(row))
            let minimiser = exact.encode(patch)
            let least = exact.objective(of: minimiser, for: patch)[0]
            let square = minimiser.elements.reduce(0) { $0 + Double($1) * Double($1) }
            let slow = exact.with(.ista(iterations: 60)).trace(patch)
            let fast = exact.with(.fista(iterations: 60)).trace(patch)
            #expect(slow.count == 61 && fast.count == 61)
            // Rounding of objectives in single precision.
            let rounding = 2e-6 * max(1, slow[0])
            for k in 1...60 {
                #expect(slow[k] - least <= lipschitz * square / Double(2 * k) + rounding)
                #expect(
                    fast[k] - least <= 2 * lipschitz * square / Double((k + 1) * (k + 1)) + rounding
                )
                #expect(slow[k] <= slow[k - 1] + rounding)
                #expect(min(slow[k], fast[k]) >= least - rounding)
            }
            if fast[60] - least < (slow[60] - least) / 2 { gained += 1 }
        }
        #expect(gained >= 3)
    }

    @Test func theLipschitzConstantIsATightUpperBound() throws {
        for (atoms, components) in [(1, 5), (24, 12), (40, 100), (130, 70)] {
            let coder = randomCoder(
                .fista(iterations: 1),
                atoms: atoms,
                components: components,
                signed: true
            )
            let phi = coder.dictionary.atoms
            // Power iteration in double precision, run to rest.
            var vector = (0..<components).map { 1 + Double($0 % 7) }
            var value = 0.0
            for _ in 0..<3000 {
                var next = [Double](repeating: 0, count: components)
                for atom in 0..<atoms {
                    let row = phi.row(atom)
                    let overlap = zip(row, vector).reduce(0) { $0 + Double($1.0) * $1.1 }
                    for place in 0..<components { next[place] += overlap * Double(row[place]) }
                }
                value = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
                vector = next.map { $0 / value }
            }
            let found = Double(try #require(coder.lipschitzConstant))
            #expect(found >= value && found < value * 1.005)
        }
    }

    @Test("LCA settles where FISTA does", arguments: [false, true], [nil, Float(0.1)])
    func localCompetitionSettlesAtTheMinimiser(signed: Bool, rate: Float?) {
        let coder = randomCoder(.lca(steps: 6000, rate: rate), signed: signed)
        let codes = coder.encode(Self.patches)
        #expect(Self.largestViolation(codes, coder) < 5e-5)
        let minimiser = coder.with(.fista(iterations: 4000))
        let gaps = zip(
            coder.objective(of: codes, for: Self.patches),
            minimiser.objective(of: minimiser.encode(Self.patches), for: Self.patches)
        ).map { abs($0 - $1) }
        #expect(gaps.allSatisfy { $0 < 1e-5 })
        // It gets there step by step: half way is worse.
        let trace = coder.with(.lca(steps: 200, rate: rate)).trace(Self.patches)
        #expect(trace[2] > trace[200] && trace[200] < trace[0])
    }

    @Test("a declared step beyond the safe one still converges", arguments: [Float(3), 1e6])
    func longStepsAreTakenBack(step: Float) {
        let coder = randomCoder(.ista(iterations: 8000, step: step), signed: true)
        #expect(Self.largestViolation(coder.encode(Self.patches), coder) < 1e-4)
    }
}
