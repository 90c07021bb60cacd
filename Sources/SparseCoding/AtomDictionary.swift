public import Tensors

/// Unit-norm atoms that patches are explained by.
public struct AtomDictionary: Sendable, Equatable, Codable {
    /// The atoms as rows, shape `[atoms, components]`, each of norm 1.
    public let atoms: Matrix

    /// Creates a dictionary; rows are brought to norm 1, rows of zeros are refused by precondition.
    public init(atoms: Matrix) {
        var unit = atoms
        for row in 0..<atoms.rows {
            var sum = 0.0
            for column in 0..<atoms.columns {
                sum += Double(atoms[row, column]) * Double(atoms[row, column])
            }
            precondition(sum > 0, "an atom is zero")
            let scale = 1 / sum.squareRoot()
            for column in 0..<atoms.columns {
                unit[row, column] = Float(Double(atoms[row, column]) * scale)
            }
        }
        self.atoms = unit
    }

    /// Creates a dictionary from stored atoms, bit by bit; nil when a row's norm is not 1 to four digits.
    ///
    /// - Parameter unitAtoms: The atoms as rows, shape `[atoms, components]`.
    public init?(unitAtoms: Matrix) {
        for row in 0..<unitAtoms.rows {
            var sum = 0.0
            for column in 0..<unitAtoms.columns {
                sum += Double(unitAtoms[row, column]) * Double(unitAtoms[row, column])
            }
            guard abs(sum - 1) < 1e-4 else { return nil }
        }
        atoms = unitAtoms
    }

    /// The number of atoms.
    public var count: Int { atoms.rows }

    /// The numbers in an atom.
    public var components: Int { atoms.columns }
}
