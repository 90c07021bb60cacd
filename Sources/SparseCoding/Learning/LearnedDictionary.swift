internal import Tensors

/// A dictionary with what its learning said of it, atoms in canonical order.
public struct LearnedDictionary: Sendable, Equatable {
    /// The atoms, most used first.
    public let dictionary: AtomDictionary
    /// How many samples have a code of each atom, in the order of the atoms.
    public let usage: [Int]
    /// The objective after each pass, as a share of what codes of zero cost, in `0...1`.
    public let learningCurve: [Float]

    /// Sorts atoms by usage; ties keep their order.
    init(atoms: Matrix, usage: [Int], learningCurve: [Float]) {
        let order = (0..<atoms.rows).sorted { (usage[$0], $1) > (usage[$1], $0) }
        var sorted = Matrix(rows: atoms.rows, columns: atoms.columns)
        for (row, atom) in order.enumerated() {
            for column in 0..<atoms.columns { sorted[row, column] = atoms[atom, column] }
        }
        dictionary = AtomDictionary(atoms: sorted)
        self.usage = order.map { usage[$0] }
        self.learningCurve = learningCurve
    }
}

extension Matrix {
    /// Brings a row to norm 1 and returns the norm it had; a row of zeros stays.
    mutating func normalizeRow(_ row: Int) -> Float {
        var sum = 0.0
        let range = row * columns..<(row + 1) * columns
        for index in range { sum += Double(elements[index]) * Double(elements[index]) }
        guard sum > 1e-30 else { return 0 }
        let norm = sum.squareRoot()
        for index in range { elements[index] = Float(Double(elements[index]) / norm) }
        return Float(norm)
    }

    /// Some rows, in the order of their places.
    func rows(at places: some Collection<Int>) -> Matrix {
        var result = Matrix(rows: 0, columns: columns).elements
        result.reserveCapacity(places.count * columns)
        for place in places {
            result.append(contentsOf: elements[place * columns..<(place + 1) * columns])
        }
        return Matrix(rows: places.count, columns: columns, filledWith: result)
    }
}
