import Tensors

/// A matrix of nearly normal numbers.
func randomMatrix(rows: Int, columns: Int, seed: UInt64) -> Matrix {
    var generator = SeededGenerator(seed: seed, stream: 2)
    var matrix = Matrix(rows: rows, columns: columns)
    for index in matrix.elements.indices {
        matrix.elements[index] = Float(generator.nextNormal())
    }
    return matrix
}

/// A map of nearly normal numbers.
func randomMap(height: Int, width: Int, channels: Int, seed: UInt64) -> FeatureMap {
    var map = FeatureMap(height: height, width: width, channels: channels)
    map.elements = randomMatrix(rows: height * width, columns: channels, seed: seed).elements
    return map
}

/// The largest difference of numbers and what they should be, relative to 1 or the number.
///
/// Infinite when one is not a number or the lengths differ.
func largestDifference(_ found: [Float], _ wanted: [Double]) -> Double {
    guard found.count == wanted.count else { return .infinity }
    return zip(found, wanted).reduce(0) { largest, pair in
        let difference = abs(Double(pair.0) - pair.1) / max(1, abs(pair.1))
        return difference.isNaN ? .infinity : max(largest, difference)
    }
}
