import Tensors

/// A size of a map.
struct MapShape: Sendable, CustomStringConvertible {
    let height: Int
    let width: Int
    let channels: Int

    init(_ height: Int, _ width: Int, _ channels: Int) {
        self.height = height
        self.width = width
        self.channels = channels
    }

    var description: String { "\(height)x\(width)x\(channels)" }

    /// One place, lines, less than a window, and nothing that vectors divide.
    static let ragged = [
        MapShape(1, 1, 1), MapShape(1, 1, 17), MapShape(1, 6, 3), MapShape(5, 1, 16),
        MapShape(2, 2, 3), MapShape(3, 5, 1), MapShape(7, 19, 3), MapShape(11, 9, 16),
        MapShape(6, 13, 17), MapShape(17, 33, 1),
    ]

    /// A map of numbers in `range`.
    func map(seed: UInt64, in range: ClosedRange<Double> = -1...1) -> FeatureMap {
        var generator = SeededGenerator(seed: seed, stream: 1)
        var map = FeatureMap(height: height, width: width, channels: channels)
        for index in map.elements.indices {
            map.elements[index] = Float(generator.next(in: range))
        }
        return map
    }
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
