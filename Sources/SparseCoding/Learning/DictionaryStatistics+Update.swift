internal import Tensors

extension DictionaryStatistics {
    /// The objective of the samples, at the codes that were counted, for a dictionary.
    ///
    /// `sum 1/2 |x - Phi a|^2 + penalty |a|_1`; any dictionary of the same shape may be asked about, not only that of the
    /// codes.
    ///
    /// - Parameters:
    ///   - dictionary: Shape `[atoms, components]`.
    ///   - penalty: The penalty of a code of 1.
    /// - Returns: The objective in squared units of the samples.
    public func objective(of dictionary: AtomDictionary, penalty: Float) -> Double {
        checkShape(dictionary)
        let phi = dictionary.atoms.elements.map(Double.init)
        var (linear, quadratic) = (0.0, 0.0)
        for index in phi.indices { linear += phi[index] * sampleProducts[index] }
        for atom in 0..<atoms {
            let mixed = mixture(of: phi, for: atom, leavingOut: nil)
            for column in 0..<components {
                quadratic += phi[atom * components + column] * mixed[column]
            }
        }
        let error = max(0, energy - 2 * linear + quadratic)
        return 0.5 * error + Double(penalty) * magnitudes.reduce(0, +)
    }

    /// Improves the atoms one after the other, each to the best unit vector given the others.
    ///
    /// No step can raise the objective at the codes that were counted. Atoms without codes stay.
    ///
    /// - Parameters:
    ///   - dictionary: Where to start, shape `[atoms, components]`.
    ///   - sweeps: How often each atom is improved.
    /// - Returns: Unit-norm atoms.
    /// - Complexity: `sweeps * atoms^2 * components` multiply-adds.
    ///
    /// > Source: Mairal, Bach, Ponce, Sapiro (2010), algorithm 2; on the unit sphere, where their atoms may be shorter.
    public func improve(_ dictionary: AtomDictionary, sweeps: Int = 1) -> AtomDictionary {
        checkShape(dictionary)
        var phi = dictionary.atoms.elements.map(Double.init)
        for _ in 0..<sweeps {
            for atom in 0..<atoms where codeProducts[atom * atoms + atom] > 0 {
                let mixed = mixture(of: phi, for: atom, leavingOut: atom)
                let start = atom * components
                var (norm, size) = (0.0, 0.0)
                for column in 0..<components {
                    let wanted = sampleProducts[start + column]
                    let difference = wanted - mixed[column]
                    norm += difference * difference
                    size += wanted * wanted + mixed[column] * mixed[column]
                }
                // Else what is left of the difference is rounding.
                guard norm > 1e-24 * size, norm > 1e-200 else { continue }
                let factor = 1 / norm.squareRoot()
                for column in 0..<components {
                    phi[start + column] = factor * (sampleProducts[start + column] - mixed[column])
                }
            }
        }
        return AtomDictionary(
            atoms: Matrix(rows: atoms, columns: components, filledWith: phi.map(Float.init))
        )
    }

    /// `sum over i of A[atom, i] phi_i`, shape `[components]`.
    private func mixture(
        of phi: [Double],
        for atom: Int,
        leavingOut excluded: Int?
    ) -> [Double] {
        let row = atom * atoms
        let others = (0..<atoms).filter { $0 != excluded && codeProducts[row + $0] != 0 }
        return unsafe [Double](unsafeUninitializedCapacity: components) { sum, filled in
            unsafe sum.initialize(repeating: 0)
            filled = components
            unsafe phi.withUnsafeBufferPointer { phi in
                // Four atoms at a time, so that the sums are read and written a quarter as often.
                let whole = others.count / 4 * 4
                for first in stride(from: 0, to: whole, by: 4) {
                    let (i, j) = (others[first], others[first + 1])
                    let (k, l) = (others[first + 2], others[first + 3])
                    let (a, b) = (codeProducts[row + i], codeProducts[row + j])
                    let (c, d) = (codeProducts[row + k], codeProducts[row + l])
                    let (iStart, jStart) = (i * components, j * components)
                    let (kStart, lStart) = (k * components, l * components)
                    for column in 0..<components {
                        let early = unsafe a * phi[iStart + column] + b * phi[jStart + column]
                        let late = unsafe c * phi[kStart + column] + d * phi[lStart + column]
                        unsafe sum[column] += early + late
                    }
                }
                for other in others[whole...] {
                    let factor = codeProducts[row + other]
                    for column in 0..<components {
                        unsafe sum[column] += factor * phi[other * components + column]
                    }
                }
            }
        }
    }

    private func checkShape(_ dictionary: AtomDictionary) {
        precondition(
            dictionary.count == atoms && dictionary.components == components,
            "statistics of another dictionary"
        )
    }
}
