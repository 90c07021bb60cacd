import SparseCoding
import Tensors

/// Sums of `active` atoms with gains of 0.5 to 1.5, and noise.
func mixtures(
    _ count: Int,
    of atoms: Matrix,
    active: Int,
    signed: Bool,
    noise: Double,
    seed: UInt64
) -> Matrix {
    var generator = SeededGenerator(seed: seed, stream: 3)
    var samples = Matrix(rows: count, columns: atoms.columns)
    for row in 0..<count {
        for atom in generator.choose(active, of: atoms.rows) {
            let sign: Float = signed && generator.nextUnit() < 0.5 ? -1 : 1
            let gain = sign * Float(generator.next(in: 0.5...1.5))
            for column in 0..<atoms.columns { samples[row, column] += gain * atoms[atom, column] }
        }
        for column in 0..<atoms.columns {
            samples[row, column] += Float(noise * generator.nextNormal())
        }
    }
    return samples
}

/// How many atoms have a learned one with a cosine above 0.97.
func foundAtoms(_ truth: Matrix, in learned: AtomDictionary, signed: Bool) -> Int {
    let cosines = ReferenceKernels.multiply(truth, learned.atoms.transposed)
    return (0..<truth.rows).count { atom in
        cosines[atom * learned.count..<(atom + 1) * learned.count].contains {
            (signed ? abs($0) : $0) > 0.97
        }
    }
}

/// The largest difference of a row's norm from 1; infinite when one is not a number.
func largestNormDefect(_ matrix: Matrix) -> Double {
    (0..<matrix.rows).reduce(0) { largest, row in
        let norm = matrix.row(row).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        return norm.isFinite ? max(largest, abs(norm - 1)) : .infinity
    }
}

/// The largest difference of the rows' inner products from those of orthonormal rows.
func orthonormalityDefect(_ matrix: Matrix) -> Double {
    let gram = ReferenceKernels.multiply(matrix, matrix.transposed)
    return gram.indices.reduce(0) { largest, index in
        let wanted: Double = index / matrix.rows == index % matrix.rows ? 1 : 0
        let difference = abs(gram[index] - wanted)
        return difference.isNaN ? .infinity : max(largest, difference)
    }
}

/// The first rows of a matrix.
func rows(_ range: Range<Int>, of matrix: Matrix) -> Matrix {
    var result = Matrix(rows: range.count, columns: matrix.columns)
    result.elements = range.flatMap { matrix.row($0) }
    return result
}

/// Sparse coding in double precision: coordinate descent on the residual, run until nothing moves.
struct ReferenceLasso {
    let atoms: [[Double]]
    let penalty: Double
    let signed: Bool

    init(_ dictionary: AtomDictionary, penalty: Double, signed: Bool) {
        atoms = (0..<dictionary.count).map { dictionary.atoms.row($0).map(Double.init) }
        self.penalty = penalty
        self.signed = signed
    }

    /// The codes of a sample, and the objective `1/2 |x - Phi a|^2 + penalty |a|_1` there.
    func codes(of sample: [Float]) -> (codes: [Double], objective: Double) {
        var residual = sample.map(Double.init)
        var codes = [Double](repeating: 0, count: atoms.count)
        let squares = atoms.map { $0.reduce(0) { $0 + $1 * $1 } }
        for _ in 0..<3000 {
            var largest = 0.0
            for (index, atom) in atoms.enumerated() {
                var response = codes[index] * squares[index]
                for place in atom.indices { response += atom[place] * residual[place] }
                let shrunk = max(0, (signed ? abs(response) : response) - penalty)
                let new = (response < 0 ? -shrunk : shrunk) / squares[index]
                let step = new - codes[index]
                if step == 0 { continue }
                codes[index] = new
                for place in atom.indices { residual[place] -= step * atom[place] }
                largest = max(largest, abs(step))
            }
            if largest < 1e-9 { break }
        }
        let error = residual.reduce(0) { $0 + $1 * $1 }
        return (codes, 0.5 * error + penalty * codes.reduce(0) { $0 + abs($1) })
    }

    /// The mean objective of samples at their best codes.
    func meanObjective(_ samples: Matrix) -> Double {
        (0..<samples.rows).reduce(0) { $0 + codes(of: samples.row($1)).objective }
            / Double(samples.rows)
    }
}

/// Samples that offer little or nothing to learn from, six components each.
let poorSamples: [(name: String, samples: Matrix)] = {
    var identical = Matrix(rows: 40, columns: 6, repeating: 0.25)
    for row in 0..<40 { identical[row, 1] = -1 }
    var tiny = randomMatrix(rows: 40, columns: 6, seed: 301)
    for index in tiny.elements.indices { tiny.elements[index] *= 1e-12 }
    var flat = randomMatrix(rows: 40, columns: 6, seed: 302)
    for row in 0..<40 {
        for column in 2..<6 { flat[row, column] = 0 }
    }
    return [
        ("all zero", Matrix(rows: 40, columns: 6)),
        ("identical", identical),
        ("tiny", tiny),
        ("of rank 2", flat),
        ("fewer than atoms", randomMatrix(rows: 3, columns: 6, seed: 303)),
        ("a single one", randomMatrix(rows: 1, columns: 6, seed: 304)),
        ("a single zero", Matrix(rows: 1, columns: 6)),
    ]
}()
