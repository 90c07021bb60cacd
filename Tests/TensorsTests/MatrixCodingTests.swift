import Foundation
import Tensors
import Testing

@Suite struct MatrixCodingTests {
    /// Also what JSON has no word for.
    private static let elements: [Float] = [
        -0.0, .infinity, .leastNonzeroMagnitude, 1.1, -.greatestFiniteMagnitude, 1 / 3,
    ]

    @Test func keepsEachBit() throws {
        let matrix = try Matrix(rows: 2, columns: 3, elements: Self.elements + [])
        let bytes = try PropertyListEncoder().encode(matrix)
        let copy = try PropertyListDecoder().decode(Matrix.self, from: bytes)
        #expect(copy.rows == 2 && copy.columns == 3)
        #expect(copy.elements.map(\.bitPattern) == matrix.elements.map(\.bitPattern))

        let rounded = BFloat16Matrix(rounding: matrix)
        let coded = try PropertyListEncoder().encode(rounded)
        #expect(try PropertyListDecoder().decode(BFloat16Matrix.self, from: coded) == rounded)
    }

    private struct Parts: Encodable {
        var rows = 2
        var columns = 3
        var elements: Data
    }

    @Test(arguments: [0, 20, 23, 28])
    func refusesNumbersThatDontFillIt(bytes: Int) throws {
        let parts = Parts(elements: Data(count: bytes))
        let coded = try PropertyListEncoder().encode(parts)
        #expect(throws: DecodingError.self) {
            try PropertyListDecoder().decode(Matrix.self, from: coded)
        }
        #expect(throws: DecodingError.self) {
            try PropertyListDecoder().decode(BFloat16Matrix.self, from: coded)
        }
    }
}
