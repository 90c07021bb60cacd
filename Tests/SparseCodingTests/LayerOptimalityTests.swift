import Patches
import SparseCoding
import Tensors
import Testing

/// With orthonormal atoms the thresholding layer is not an approximation: its codes minimise
/// `1/2 |x - sum a_i phi_i|^2 + sum lambda_i a_i` over `a >= 0`.
@Suite struct LayerOptimalityTests {
    /// A 3 x 3 layer of one channel that whitens nothing.
    static func parameters(signed: Bool, atoms: Int, penalty: Float) -> LayerParameters {
        let depth = 9
        var identity = Matrix(rows: depth, columns: depth)
        for index in 0..<depth { identity[index, index] = 1 }
        return LayerParameters(
            configuration: LayerConfiguration(
                window: 3,
                stride: 1,
                contrast: nil,
                components: depth,
                atoms: atoms,
                signed: signed
            ),
            inputChannels: 1,
            whitening: Whitening(
                mean: [Float](repeating: 0, count: depth),
                projection: identity,
                keptVariance: 1
            ),
            dictionary: AtomDictionary(atoms: orthonormalRows(atoms, of: depth, seed: 111)),
            penalties: (0..<atoms).map { penalty * Float($0) / Float(atoms) },
            rates: [Float](repeating: 1, count: atoms),
            density: 0,
            learningCurve: []
        )
    }

    struct Problem {
        var atoms: [[Double]]
        var penalties: [Double]

        /// A signed code is a non-negative one of the atoms and their negatives.
        init(_ parameters: LayerParameters) {
            let stored = parameters.dictionary.atoms
            atoms = (0..<stored.rows).map { stored.row($0).map(Double.init) }
            penalties = parameters.penalties.map(Double.init)
            if parameters.configuration.signed {
                atoms += atoms.map { $0.map { -$0 } }
                penalties += penalties
            }
        }

        func residual(_ patch: [Double], _ code: [Double]) -> [Double] {
            patch.indices.map { place in
                zip(atoms, code).reduce(patch[place]) { $0 - $1.0[place] * $1.1 }
            }
        }

        func objective(_ patch: [Double], _ code: [Double]) -> Double {
            let squares = residual(patch, code).reduce(0) { $0 + $1 * $1 }
            return squares / 2 + zip(penalties, code).reduce(0) { $0 + $1.0 * $1.1 }
        }
    }

    @Test(arguments: [false, true], [(9, Float(0.5)), (6, 0.5), (9, 0), (9, 8)])
    func codesMinimiseTheObjective(signed: Bool, setting: (atoms: Int, penalty: Float)) {
        let parameters = Self.parameters(
            signed: signed,
            atoms: setting.atoms,
            penalty: setting.penalty
        )
        let problem = Problem(parameters)
        let map = randomMap(height: 6, width: 7, channels: 1, seed: 112)
        let codes = Layer(parameters: parameters, kernels: .best).encode(map).codes
        for place in 0..<42 {
            let patch = ReferenceKernels.patch(
                of: map,
                row: place / 7,
                column: place % 7,
                window: 3
            )
            let code = (0..<codes.channels).map { Double(codes[place / 7, place % 7, $0]) }
            let residual = problem.residual(patch, code)
            for (index, atom) in problem.atoms.enumerated() {
                // The Karush-Kuhn-Tucker conditions of each coordinate.
                let overlap = zip(atom, residual).reduce(0) { $0 + $1.0 * $1.1 }
                let gradient = problem.penalties[index] - overlap
                #expect(code[index] >= 0)
                #expect(gradient > -1e-5)
                #expect(code[index] * abs(gradient) < 1e-5)
            }
            let least = problem.objective(patch, code)
            for index in code.indices {
                for step in [-0.1, -1e-2, 1e-2, 0.1, 1] where code[index] + step >= 0 {
                    var other = code
                    other[index] += step
                    #expect(problem.objective(patch, other) > least - 1e-6)
                }
            }
        }
    }

    @Test func theSettingsAboveHaveZeroAndNonzeroCodes() {
        let map = randomMap(height: 6, width: 7, channels: 1, seed: 112)
        for signed in [false, true] {
            let parameters = Self.parameters(signed: signed, atoms: 9, penalty: 0.5)
            let codes = Layer(parameters: parameters, kernels: .best).encode(map).codes.elements
            let active = codes.count { $0 > 0 }
            #expect(active > codes.count / 10 && active < codes.count * 9 / 10)
        }
    }
}
