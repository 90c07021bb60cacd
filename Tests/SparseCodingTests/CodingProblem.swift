import SparseCoding
import Tensors

/// The penalised objective in plain double precision: `1/2 |x - sum a_i phi_i|^2 + sum lambda_i a_i` over `a >= 0`.
struct CodingProblem {
    private let atoms: [[Double]]
    private let penalties: [Double]

    /// A signed code is a non-negative one of the atoms and their negatives.
    init(_ coder: SparseCoder) {
        let stored = coder.dictionary.atoms
        var atoms = (0..<stored.rows).map { stored.row($0).map(Double.init) }
        var penalties = coder.penalties.map(Double.init)
        if coder.signed {
            atoms += atoms.map { $0.map { -$0 } }
            penalties += penalties
        }
        self.atoms = atoms
        self.penalties = penalties
    }

    func residual(_ patch: [Float], _ code: [Float]) -> [Double] {
        var rest = patch.map(Double.init)
        for (atom, value) in zip(atoms, code) where value != 0 {
            for place in rest.indices { rest[place] -= Double(value) * atom[place] }
        }
        return rest
    }

    func squaredError(_ patch: [Float], _ code: [Float]) -> Double {
        residual(patch, code).reduce(0) { $0 + $1 * $1 }
    }

    func objective(_ patch: [Float], _ code: [Float]) -> Double {
        squaredError(patch, code) / 2 + zip(penalties, code).reduce(0) { $0 + $1.0 * Double($1.1) }
    }

    /// How far a code is from the Karush-Kuhn-Tucker conditions: `a >= 0`, slope 0 where `a > 0`, slope at least 0 elsewhere.
    func violation(_ patch: [Float], _ code: [Float]) -> Double {
        let rest = residual(patch, code)
        var worst = 0.0
        for (index, atom) in atoms.enumerated() {
            let slope = penalties[index] - zip(atom, rest).reduce(0) { $0 + $1.0 * $1.1 }
            worst = max(worst, code[index] > 0 ? abs(slope) : -slope, -Double(code[index]))
        }
        return worst
    }

    /// The least objective, by trying the stationary point of each support.
    func leastOverAllSupports(_ patch: [Float]) -> Double {
        func dot(_ a: [Double], _ b: [Double]) -> Double {
            zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let target = patch.map(Double.init)
        var least = dot(target, target) / 2
        for support in 1..<(1 << atoms.count) {
            let chosen = atoms.indices.filter { support >> $0 & 1 == 1 }
            if chosen.count > target.count { continue }
            let gram = chosen.map { row in chosen.map { dot(atoms[row], atoms[$0]) } }
            let pull = chosen.map { dot(atoms[$0], target) - penalties[$0] }
            guard let code = Self.solve(gram, pull), code.allSatisfy({ $0 >= 0 }) else { continue }
            // At a stationary point a G a = a (r - lambda).
            least = min(least, dot(target, target) / 2 - dot(code, pull) / 2)
        }
        return least
    }

    /// Gaussian elimination; nil for a matrix that is nearly singular.
    private static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double]? {
        var rows = zip(matrix, right).map { $0 + [$1] }
        let size = rows.count
        for pivot in 0..<size {
            let best = (pivot..<size).max { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) } ?? pivot
            rows.swapAt(pivot, best)
            guard abs(rows[pivot][pivot]) > 1e-9 else { return nil }
            for row in 0..<size where row != pivot {
                let factor = rows[row][pivot] / rows[pivot][pivot]
                for column in pivot...size { rows[row][column] -= factor * rows[pivot][column] }
            }
        }
        return (0..<size).map { rows[$0][size] / rows[$0][$0] }
    }
}

/// A coder of random atoms.
func randomCoder(
    _ inference: Inference,
    atoms: Int = 24,
    components: Int = 12,
    penalty: Float = 0.5,
    signed: Bool,
    kernels: Kernels = .best,
    seed: UInt64 = 201
) -> SparseCoder {
    SparseCoder(
        dictionary: AtomDictionary(
            atoms: randomMatrix(rows: atoms, columns: components, seed: seed)
        ),
        // Each penalty another one, the last one 0.
        penalties: (0..<atoms).map { penalty * Float(atoms - 1 - $0) / Float(max(1, atoms / 2)) },
        inference: inference,
        signed: signed,
        kernels: kernels
    )
}

extension SparseCoder {
    /// The same dictionary and penalties with another inference.
    func with(_ inference: Inference) -> SparseCoder {
        SparseCoder(
            dictionary: dictionary,
            penalties: penalties,
            inference: inference,
            signed: signed,
            kernels: .best
        )
    }
}
