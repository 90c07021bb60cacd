internal import Tensors

/// Orthogonal matching pursuit of one patch after another, in their correlations with the atoms alone.
///
/// Each round takes the atom that correlates best with the residual and solves for all atoms taken, by a Cholesky factor of
/// their Gram matrix that grows by a row a round. Codes without a sign take positive correlations only; an atom whose
/// coefficient would turn negative is let go on the way to the solution, so that the error never grows.
///
/// > Source: Rubinstein, Zibulevsky, Elad (2008), "Efficient implementation of the K-SVD algorithm using batch orthogonal
/// > matching pursuit", algorithm 2; Bruckstein, Elad, Zibulevsky (2008), "On the uniqueness of nonnegative sparse
/// > solutions to underdetermined systems of equations" (non-negative form); Lawson, Hanson, "Solving Least Squares
/// > Problems", 23.3 (letting go of atoms).
@unsafe
struct MatchingPursuit {
    private let kernels: Kernels
    private let gram: UnsafePointer<Float>
    private let atoms: Int
    private let limit: Int
    private let signed: Bool
    /// Lower triangular, rows `limit` apart.
    private let factor: UnsafeMutablePointer<Double>
    private let coefficients: UnsafeMutablePointer<Double>
    private let solution: UnsafeMutablePointer<Double>
    private let chosen: UnsafeMutablePointer<Int>
    private let correlations: UnsafeMutablePointer<Float>
    private var count = 0

    /// The share of an atom's energy that must not be explained by the atoms taken before it.
    private static let independence = 1e-5
    /// Correlations below this share of the first are rounding.
    private static let resolution: Float = 3e-6

    /// Numbers in double precision of scratch memory.
    static func scratchCount(limit: Int) -> Int { limit * (limit + 2) }

    /// Prepares for patches.
    ///
    /// - Parameters:
    ///   - kernels: The kernels for the correlations.
    ///   - gram: The Gram matrix, shape `[atoms, atoms]`.
    ///   - atoms: The number of atoms.
    ///   - limit: The most atoms a patch.
    ///   - signed: Whether coefficients may be negative.
    ///   - scratch: Of ``scratchCount(limit:)`` numbers.
    ///   - chosen: Scratch of `limit` numbers.
    ///   - correlations: Scratch of `atoms` numbers.
    init(
        kernels: Kernels,
        gram: UnsafePointer<Float>,
        atoms: Int,
        limit: Int,
        signed: Bool,
        scratch: UnsafeMutablePointer<Double>,
        chosen: UnsafeMutablePointer<Int>,
        correlations: UnsafeMutablePointer<Float>
    ) {
        unsafe self.kernels = kernels
        unsafe self.gram = unsafe gram
        unsafe self.atoms = atoms
        unsafe self.limit = limit
        unsafe self.signed = signed
        unsafe factor = unsafe scratch
        unsafe coefficients = unsafe scratch + limit * limit
        unsafe solution = unsafe scratch + limit * (limit + 1)
        unsafe self.chosen = unsafe chosen
        unsafe self.correlations = unsafe correlations
    }

    /// Codes one patch.
    ///
    /// - Parameters:
    ///   - responses: The patch's inner products with the atoms, shape `[atoms]`.
    ///   - codes: Receives the codes, shape `[channels]`.
    mutating func encode(_ responses: UnsafePointer<Float>, into codes: UnsafeMutablePointer<Float>)
    {
        unsafe count = 0
        unsafe correlations.update(from: responses, count: atoms)
        var floor: Float = 0
        // A round that lets go of atoms leaves room for more; three times the limit, as in the source, ends them all.
        let rounds = unsafe signed ? limit : 3 * limit
        for round in 0..<rounds {
            var best: Float = 0
            var place: UInt32 = 0
            unsafe kernels.rowMaximum(
                correlations,
                count: 1,
                columns: atoms,
                stride: atoms,
                absolute: signed,
                best: &best,
                index: &place
            )
            if round == 0 { floor = unsafe best * Self.resolution }
            // Also ends for a correlation that is not a number.
            guard best > floor else { break }
            guard unsafe take(Int(place)) else { break }
            let last = unsafe count
            unsafe solve(responses)
            if unsafe !signed {
                guard unsafe letGo(responses) else { break }
            }
            for index in unsafe 0..<count { unsafe coefficients[index] = solution[index] }
            // Nothing was let go and nothing more may be taken.
            if unsafe count == limit, unsafe count == last { break }
            unsafe correlations.update(from: responses, count: atoms)
            for index in unsafe 0..<count {
                unsafe kernels.addScaled(
                    Float(-coefficients[index]),
                    gram + chosen[index] * atoms,
                    to: correlations,
                    count: atoms
                )
            }
        }
        unsafe codes.update(repeating: 0, count: signed ? 2 * atoms : atoms)
        for index in unsafe 0..<count {
            let value = unsafe Float(coefficients[index])
            let atom = unsafe chosen[index]
            unsafe codes[value < 0 ? atoms + atom : atom] = abs(value)
        }
    }

    /// Adds an atom with a coefficient of 0; false when there is no room for it or it adds no direction.
    private mutating func take(_ atom: Int) -> Bool {
        guard unsafe count < limit else { return false }
        for index in unsafe 0..<count where unsafe chosen[index] == atom { return false }
        guard unsafe extend(atom) else { return false }
        unsafe chosen[count] = atom
        unsafe coefficients[count] = 0
        unsafe count += 1
        return true
    }

    /// Adds a row to the factor; false when the atom is a combination of those before it.
    private func extend(_ atom: Int) -> Bool {
        let row = unsafe factor + count * limit
        var left = unsafe Double(gram[atom * atoms + atom])
        let whole = left
        for index in unsafe 0..<count {
            var value = unsafe Double(gram[chosen[index] * atoms + atom])
            for other in 0..<index {
                unsafe value -= factor[index * limit + other] * row[other]
            }
            unsafe row[index] = value / factor[index * limit + index]
            unsafe left -= row[index] * row[index]
        }
        guard unsafe left > Self.independence * whole else { return false }
        unsafe row[count] = left.squareRoot()
        return true
    }

    /// The least squares solution over the atoms taken.
    private func solve(_ responses: UnsafePointer<Float>) {
        for index in unsafe 0..<count {
            var value = unsafe Double(responses[chosen[index]])
            for other in 0..<index {
                unsafe value -= factor[index * limit + other] * solution[other]
            }
            unsafe solution[index] = value / factor[index * limit + index]
        }
        for index in unsafe (0..<count).reversed() {
            var value = unsafe solution[index]
            for other in unsafe index + 1..<max(count, index + 1) {
                unsafe value -= factor[other * limit + index] * solution[other]
            }
            unsafe solution[index] = value / factor[index * limit + index]
        }
    }

    /// Goes from the coefficients towards the solution, letting go of atoms that reach 0, until the solution is positive.
    ///
    /// - Returns: False when the atom taken last had to go: there is no way on.
    private mutating func letGo(_ responses: UnsafePointer<Float>) -> Bool {
        let newest = unsafe chosen[count - 1]
        while true {
            var share = 1.0
            var leaving = -1
            for index in unsafe 0..<count where unsafe solution[index] <= 0 {
                let start = unsafe coefficients[index]
                let reached = unsafe start > 0 ? start / (start - solution[index]) : 0
                if reached < share || leaving < 0 {
                    share = reached
                    leaving = index
                }
            }
            if leaving < 0 { return true }
            let gone = unsafe chosen[leaving]
            var kept = 0
            let before = unsafe count
            unsafe count = 0
            for index in 0..<before {
                let start = unsafe coefficients[index]
                let moved = unsafe start + share * (solution[index] - start)
                let atom = unsafe chosen[index]
                // Earlier places are read before they are written: `kept` never passes `index`.
                if index != leaving, unsafe extend(atom) {
                    unsafe chosen[kept] = atom
                    unsafe coefficients[kept] = max(0, moved)
                    kept += 1
                    unsafe count = kept
                }
            }
            if gone == newest { return false }
            unsafe solve(responses)
        }
    }
}
