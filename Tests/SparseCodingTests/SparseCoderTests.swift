import SparseCoding
import Tensors
import Testing

@Suite struct SparseCoderTests {
    static let methods: [Inference] = [
        .thresholding, .ista(iterations: 9), .fista(iterations: 9),
        .fista(iterations: 60, tolerance: 1e-3), .omp(nonzeroLimit: 4), .lca(steps: 9),
    ]

    /// Iterations of each method.
    static let lengths = [1, 9, 9, 60, 4, 9]

    static let patches = randomMatrix(rows: 150, columns: 21, seed: 290)

    static func coder(_ inference: Inference, signed: Bool, kernels: Kernels = .best) -> SparseCoder
    {
        randomCoder(inference, atoms: 37, components: 21, signed: signed, kernels: kernels)
    }

    @Test(arguments: methods, [false, true])
    func codesHaveTheirShapeAndSign(inference: Inference, signed: Bool) {
        let coder = Self.coder(inference, signed: signed)
        let codes = coder.encode(Self.patches)
        #expect(codes.rows == 150 && codes.columns == (signed ? 74 : 37))
        #expect(coder.channels == codes.columns)
        #expect(codes.elements.allSatisfy { $0 >= 0 && $0.isFinite })
        #expect((0..<150).allSatisfy { codes.row($0).contains { $0 > 0 } })
        guard signed else { return }
        for row in 0..<150 {
            #expect((0..<37).allSatisfy { codes[row, $0] == 0 || codes[row, 37 + $0] == 0 })
        }
    }

    @Test("a patch has the same codes, to the bit, whatever it is coded with", arguments: methods)
    func companyHasNoInfluence(inference: Inference) {
        for kernels in Kernels.available {
            let coder = Self.coder(inference, signed: true, kernels: kernels)
            let codes = coder.encode(Self.patches)
            for row in [0, 1, 63, 64, 127, 149] {
                let patch = Matrix(rows: 1, columns: 21, filledWith: Self.patches.row(row))
                #expect(coder.encode(patch).elements == codes.row(row))
            }
        }
        let none = Self.coder(inference, signed: true).encode(Matrix(rows: 0, columns: 21))
        #expect(none.rows == 0 && none.columns == 74)
    }

    @Test(arguments: methods, [false, true])
    func allFusedKernelSetsGiveTheSameBits(inference: Inference, signed: Bool) {
        let codes = Kernels.available.filter { $0.description != "baseline" }
            .map { Self.coder(inference, signed: signed, kernels: $0).encode(Self.patches) }
        for other in codes.dropFirst() { #expect(other == codes[0]) }
    }

    @Test("FISTA in doubles finds the same after each iteration", arguments: [false, true])
    func iteratesAsDocumented(signed: Bool) throws {
        for (inference, accelerated) in [
            (Inference.ista(iterations: 12), false), (.fista(iterations: 12), true),
        ] {
            let coder = Self.coder(inference, signed: signed)
            let step = 1 / Double(try #require(coder.lipschitzConstant))
            let atoms = coder.dictionary.atoms
            let gram = ReferenceKernels.multiply(atoms, atoms.transposed)
            let responses = ReferenceKernels.multiply(Self.patches, atoms.transposed)
            let found = coder.encode(Self.patches)
            for row in 0..<20 {
                var code = [Double](repeating: 0, count: 37)
                var ahead = code
                var t = 1.0
                for _ in 0..<12 {
                    let next = (0..<37).map { atom in
                        let slope = (0..<37).reduce(-responses[row * 37 + atom]) {
                            $0 + ahead[$1] * gram[$1 * 37 + atom]
                        }
                        let moved = ahead[atom] - step * slope
                        let limit = step * Double(coder.penalties[atom])
                        if moved > limit { return moved - limit }
                        return signed && moved < -limit ? moved + limit : 0
                    }
                    let momentum = (1 + (1 + 4 * t * t).squareRoot()) / 2
                    let carry = accelerated ? (t - 1) / momentum : 0
                    ahead = zip(next, code).map { $0 + carry * ($0 - $1) }
                    code = next
                    t = momentum
                }
                let wanted =
                    code.map { max(0, $0) } + (signed ? code.map { max(0, -$0) } : [])
                #expect(largestDifference(found.row(row), wanted) < 2e-5)
            }
        }
    }

    @Test("a patch ends at its first small change, and a smaller tolerance ends later")
    func theToleranceEndsPatches() {
        for signed in [false, true] {
            let full = (1...80).map {
                Self.coder(.ista(iterations: $0), signed: signed).encode(Self.patches)
            }
            let objectives = full.map {
                Self.coder(.ista(iterations: 1), signed: signed).objective(
                    of: $0,
                    for: Self.patches
                )
            }
            var ends: [[Int]] = []
            for tolerance: Float in [1e-2, 1e-3] {
                let inference = Inference.ista(iterations: 80, tolerance: tolerance)
                let codes = Self.coder(inference, signed: signed).encode(Self.patches)
                ends.append(
                    (0..<150).map { row in
                        full.firstIndex { $0.row(row) == codes.row(row) } ?? -1
                    }
                )
                for (row, end) in (ends.last ?? []).enumerated() {
                    guard end > 0 else {
                        Issue.record("codes of no iteration in row \(row)")
                        continue
                    }
                    let last = objectives[end][row]
                    let change = abs(objectives[end - 1][row] - last)
                    #expect(end == 79 || change <= Double(tolerance) * last * 1.01 + 1e-6)
                }
            }
            #expect(zip(ends[0], ends[1]).allSatisfy { $0 <= $1 })
            #expect(Set(ends[0]).count > 3 && (ends[0].max() ?? 79) < 79)
        }
    }

    @Test(arguments: methods, [false, true])
    func theTraceIsTheObjectiveOfFewerIterations(inference: Inference, signed: Bool) {
        let coder = Self.coder(inference, signed: signed)
        let trace = coder.trace(Self.patches)
        let energy = Self.patches.elements.reduce(0) { $0 + Double($1) * Double($1) } / 2
        #expect(abs(trace[0] - energy) < 1e-5 * energy)
        for (count, value) in trace.enumerated().dropFirst() {
            let short: Inference =
                switch inference {
                case .thresholding: .thresholding
                case .ista: .ista(iterations: count)
                case .fista: .fista(iterations: count)
                case .omp: .omp(nonzeroLimit: count)
                // One step of LCA goes no further than several do.
                case .lca: .lca(steps: count, rate: 1 / (coder.lipschitzConstant ?? 1))
                }
            let other = Self.coder(short, signed: signed)
            let problem = CodingProblem(other)
            let codes = other.encode(Self.patches)
            let wanted = (0..<150).reduce(0.0) { sum, row in
                if case .omp = short {
                    return sum + problem.squaredError(Self.patches.row(row), codes.row(row)) / 2
                }
                return sum + problem.objective(Self.patches.row(row), codes.row(row))
            }
            #expect(abs(value - wanted) < 1e-5 * energy)
        }
        #expect(trace.count == Self.lengths[Self.methods.firstIndex(of: inference) ?? 0] + 1)
    }

    @Test(arguments: [false, true])
    func squaredErrorsAreThoseOfTheReconstruction(signed: Bool) {
        let coder = Self.coder(.fista(iterations: 5), signed: signed)
        let codes = coder.encode(Self.patches)
        let problem = CodingProblem(coder)
        let wanted = (0..<150).map { problem.squaredError(Self.patches.row($0), codes.row($0)) }
        #expect(largestDifference(coder.squaredErrors(of: codes, for: Self.patches), wanted) < 2e-5)
    }

    @Test("flat patches and large numbers stay finite", arguments: methods, [Float(0), 1e-20, 1e6])
    func staysFinite(inference: Inference, scale: Float) {
        var patches = Self.patches
        for index in patches.elements.indices { patches.elements[index] *= scale }
        for signed in [false, true] {
            let codes = Self.coder(inference, signed: signed).encode(patches)
            #expect(codes.elements.allSatisfy { $0 >= 0 && $0.isFinite })
            if scale == 0 { #expect(codes.elements.allSatisfy { $0 == 0 }) }
        }
    }
}
