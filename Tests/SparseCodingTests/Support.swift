import Tensors

/// A map of numbers in -1...1.
func randomMap(height: Int, width: Int, channels: Int, seed: UInt64) -> FeatureMap {
    var generator = SeededGenerator(seed: seed, stream: 1)
    var map = FeatureMap(height: height, width: width, channels: channels)
    for index in map.elements.indices {
        map.elements[index] = Float(generator.next(in: -1...1))
    }
    return map
}

/// A matrix of nearly normal numbers.
func randomMatrix(rows: Int, columns: Int, seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed, stream: 2)
    var matrix = Matrix(rows: rows, columns: columns)
    for index in matrix.elements.indices {
        matrix.elements[index] = Float(generator.nextNormal())
    }
    return matrix
}

/// The largest difference of numbers and what they should be; infinite when one is not a number.
func largestDifference(_ found: [Float], _ wanted: [Double]) -> Double {
    guard found.count == wanted.count else { return .infinity }
    return zip(found, wanted).reduce(0) { largest, pair in
        let difference = abs(Double(pair.0) - pair.1)
        return difference.isNaN ? .infinity : max(largest, difference)
    }
}

/// Rows of norm 1 that are orthogonal to one another, by Gram-Schmidt in double precision.
func orthonormalRows(_ count: Int, of columns: Int, seed: UInt64) -> Matrix {
    let random = randomMatrix(rows: count, columns: columns, seed: seed)
    var rows: [[Double]] = []
    for index in 0..<count {
        var row = random.row(index).map(Double.init)
        for _ in 0..<2 {
            for other in rows {
                let overlap = zip(row, other).reduce(0) { $0 + $1.0 * $1.1 }
                row = zip(row, other).map { $0 - overlap * $1 }
            }
        }
        let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        rows.append(row.map { $0 / norm })
    }
    var result = Matrix(rows: count, columns: columns)
    result.elements = rows.flatMap { $0.map(Float.init) }
    return result
}
