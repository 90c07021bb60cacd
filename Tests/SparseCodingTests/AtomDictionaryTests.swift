import SparseCoding
import Tensors
import Testing

@Suite struct AtomDictionaryTests {
    @Test func bringsAtomsToNormOne() {
        let atoms = randomMatrix(rows: 7, columns: 5, seed: 121)
        let dictionary = AtomDictionary(atoms: atoms)
        #expect(dictionary.count == 7 && dictionary.components == 5)
        for row in 0..<7 {
            let norm = atoms.row(row).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            let wanted = atoms.row(row).map { Double($0) / norm }
            #expect(largestDifference(dictionary.atoms.row(row), wanted) < 1e-6)
        }
    }

    @Test func takesStoredAtomsBitByBit() {
        let atoms = AtomDictionary(atoms: randomMatrix(rows: 30, columns: 9, seed: 122)).atoms
        #expect(AtomDictionary(unitAtoms: atoms)?.atoms == atoms)
    }

    @Test(arguments: [Float(0), 0.99, 1.01, -1.01, .nan, .infinity])
    func refusesStoredAtomsThatAreNotUnit(factor: Float) {
        var atoms = AtomDictionary(atoms: randomMatrix(rows: 4, columns: 6, seed: 123)).atoms
        for column in 0..<6 { atoms[2, column] *= factor }
        #expect(AtomDictionary(unitAtoms: atoms) == nil)
    }
}
