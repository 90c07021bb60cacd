public import Tensors

/// Brings a detector's map to one scale for all detectors: standard deviations from what held-out normal images show
/// at the same position.
public struct MapCalibration: Sendable, Equatable {
    /// The mean at each position, in the detector's units.
    public let mean: Matrix
    /// The standard deviation at each position, above 0, in the detector's units.
    public let deviation: Matrix

    /// Creates a calibration from stored numbers.
    public init(mean: Matrix, deviation: Matrix) {
        self.mean = mean
        self.deviation = deviation
    }

    /// Learns a calibration.
    ///
    /// Moments are averaged over each position's neighbours; deviations far below the usual one are raised.
    ///
    /// Positions outside of a region of interest get a deviation so large that nothing there stands out.
    ///
    /// - Parameters:
    ///   - maps: Maps of normal images that the detector has not seen, all of one shape; at least one.
    ///   - region: For each position, row after row, whether it counts; all do when nil.
    public init(heldOut maps: [Matrix], region: [Bool]? = nil) {
        precondition(!maps.isEmpty, "no maps")
        let (rows, columns) = (maps[0].rows, maps[0].columns)
        var sums = [Double](repeating: 0, count: rows * columns)
        for map in maps {
            for index in sums.indices { sums[index] += Double(map.elements[index]) }
        }
        let count = Double(maps.count)
        let means = sums.map { $0 / count }
        var squares = [Double](repeating: 0, count: rows * columns)
        for map in maps {
            for index in squares.indices {
                let difference = Double(map.elements[index]) - means[index]
                squares[index] += difference * difference
            }
        }
        let mean = Self.smooth(means, rows, columns)
        let variance = Self.smooth(squares.map { $0 / count }, rows, columns)
        let region = region ?? [Bool](repeating: true, count: means.count)
        let inside = region.indices.filter { region[$0] }
        precondition(region.count == means.count && !inside.isEmpty, "no region of interest")
        let usual = inside.reduce(0) { $0 + variance[$1].squareRoot() } / Double(inside.count)
        let level = inside.reduce(0) { $0 + abs(means[$1]) } / Double(inside.count)
        // The other floors are for images that are all alike, where any deviation would be infinitely unusual: one in a
        // hundred of the level, and a hundredth of a detector's unit (a deviation of features, a patch's energy).
        let floor = max(0.7 * usual, 0.01 * level, 1e-2)
        self.init(
            mean: Matrix(rows: rows, columns: columns, filledWith: mean.map(Float.init)),
            deviation: Matrix(
                rows: rows,
                columns: columns,
                filledWith: zip(variance, region).map { variance, counts in
                    counts ? Float(max(variance.squareRoot(), floor)) : Self.outside
                }
            )
        )
    }

    /// The deviation of positions that don't count.
    private static let outside: Float = 1e30

    /// The share of the positions that count, in `0...1`.
    public var regionShare: Double {
        let inside = deviation.elements.count { $0 < Self.outside }
        return Double(inside) / Double(deviation.elements.count)
    }

    /// The most standard deviations that are told apart.
    ///
    /// Only detectors that have learned from constant images go so far; squares must stay finite.
    static let largest: Float = 1e6

    /// Standard deviations above the mean, at each position, in `-1e6...1e6`; what is no number stays none.
    public func standardize(_ map: Matrix) -> Matrix {
        var result = map
        for index in result.elements.indices {
            let value = (map.elements[index] - mean.elements[index]) / deviation.elements[index]
            // Of a NaN the other argument would be left, and the image count as normal.
            result.elements[index] =
                value.isNaN ? value : max(-Self.largest, min(value, Self.largest))
        }
        return result
    }

    /// The mean over each position and its eight neighbours.
    private static func smooth(_ values: [Double], _ rows: Int, _ columns: Int) -> [Double] {
        var result = values
        for y in 0..<rows {
            for x in 0..<columns {
                var sum = 0.0
                var count = 0.0
                for row in max(0, y - 1)...min(rows - 1, y + 1) {
                    for column in max(0, x - 1)...min(columns - 1, x + 1) {
                        sum += values[row * columns + column]
                        count += 1
                    }
                }
                result[y * columns + x] = sum / count
            }
        }
        return result
    }
}
