internal import Tensors

/// Finds the atoms that are of no use and puts others in their place.
struct DictionaryRenewal {
    /// Atoms used less often than this share of the mean are hardly used.
    static let leastUsage = 0.05
    /// The cosine from which two atoms count as one.
    static let largestCosine: Float = 0.99

    /// The samples with a code of each atom.
    let usage: [Int]
    /// Whether codes have a sign, so that opposite atoms are one.
    let signed: Bool

    /// The atoms that are hardly used, or that repeat one that is used more.
    func spent(in dictionary: AtomDictionary) -> [Int] {
        let mean = Double(usage.reduce(0, +)) / Double(max(1, usage.count))
        let order = (0..<usage.count).sorted { (usage[$0], $1) > (usage[$1], $0) }
        var kept: [Int] = []
        var spent: [Int] = []
        for atom in order {
            let isUsed = usage[atom] > 0 && Double(usage[atom]) >= Self.leastUsage * mean
            if isUsed, !kept.contains(where: { repeats(dictionary.atoms, atom, $0) }) {
                kept.append(atom)
            } else {
                spent.append(atom)
            }
        }
        return spent.sorted()
    }

    private func repeats(_ atoms: Matrix, _ atom: Int, _ other: Int) -> Bool {
        var cosine: Float = 0
        for column in 0..<atoms.columns { cosine += atoms[atom, column] * atoms[other, column] }
        return (signed ? abs(cosine) : cosine) > Self.largestCosine
    }

    /// Some of the samples with the largest errors, at most `count`.
    ///
    /// Drawn from a few times as many, so that the worst, which may be outliers alike, don't all come at once.
    static func worstExplained(
        _ count: Int,
        _ samples: Matrix,
        _ errors: [Double],
        _ generator: inout SeededGenerator
    ) -> Matrix {
        let order = errors.indices.sorted { (errors[$0], $1) > (errors[$1], $0) }
        let pool = order.prefix(8 * count)
        let chosen = generator.choose(min(count, pool.count), of: pool.count).map { pool[$0] }
        return samples.rows(at: chosen)
    }

    /// Sets atoms to the directions of residuals; to random ones where these are too few or nothing.
    static func replace(
        _ spent: [Int],
        of dictionary: AtomDictionary,
        by residuals: Matrix,
        _ generator: inout SeededGenerator
    ) -> AtomDictionary {
        var next = dictionary.atoms
        for (place, atom) in spent.enumerated() {
            for column in 0..<next.columns {
                next[atom, column] = place < residuals.rows ? residuals[place, column] : 0
            }
            if next.normalizeRow(atom) == 0 { next.setRandomRow(atom, &generator) }
        }
        return AtomDictionary(atoms: next)
    }
}

extension SparseCodes {
    /// What the codes leave of their samples; zeros where that is rounding.
    func residuals(of samples: Matrix, dictionary: AtomDictionary) -> Matrix {
        var result = samples
        for sample in 0..<count {
            guard errors[sample] > 1e-6 * energies[sample] else {
                for column in 0..<samples.columns { result[sample, column] = 0 }
                continue
            }
            for index in starts[sample]..<starts[sample + 1] {
                for column in 0..<samples.columns {
                    result[sample, column] -=
                        values[index] * dictionary.atoms[places[index], column]
                }
            }
        }
        return result
    }
}

extension Matrix {
    /// Sets a row to a random unit vector.
    mutating func setRandomRow(_ row: Int, _ generator: inout SeededGenerator) {
        for column in 0..<columns { self[row, column] = Float(generator.nextNormal()) }
        if normalizeRow(row) == 0 { self[row, generator.next(below: columns)] = 1 }
    }
}
