internal import Tensors

/// Reads a coarse map at the pixels of a picture, bilinearly.
///
/// The centre of cell 0 lies half a cell from the edge; beyond the outer centres the edge
/// cells go on.
struct MapSampler {
    private let map: Matrix
    private let columns: [Tap]
    private let rows: [Tap]
    /// For each row of cells the columns from the first to the last cell that is not below 1.
    private let hotCells: [Range<Int>]

    private struct Tap {
        let first: Int
        let second: Int
        let share: Float
    }

    init(_ map: Matrix, size: PictureSize) {
        precondition(map.rows > 0 && map.columns > 0, "a map has at least one cell")
        self.map = map
        columns = Self.taps(cells: map.columns, pixels: size.width)
        rows = Self.taps(cells: map.rows, pixels: size.height)
        hotCells = (0..<map.rows).map { row in
            let cells = map.elements[row * map.columns..<(row + 1) * map.columns]
            // What is no number counts as hot.
            guard let first = cells.firstIndex(where: { !($0 < 1) }),
                let last = cells.lastIndex(where: { !($0 < 1) })
            else { return 0..<0 }
            return first - cells.startIndex..<last - cells.startIndex + 1
        }
    }

    /// The columns of a row of pixels outside of which all values are below 1.
    func hotColumns(ofRow index: Int) -> Range<Int> {
        let (upper, lower) = (hotCells[rows[index].first], hotCells[rows[index].second])
        guard !upper.isEmpty || !lower.isEmpty else { return 0..<0 }
        let cells =
            upper.isEmpty
            ? lower
            : lower.isEmpty
                ? upper
                : min(upper.lowerBound, lower.lowerBound)..<max(upper.upperBound, lower.upperBound)
        let first = columns.partitioningIndex { $0.second >= cells.lowerBound }
        return first..<columns.partitioningIndex { $0.first >= cells.upperBound }
    }

    /// Reads values along a row of pixels.
    ///
    /// - Parameters:
    ///   - index: The row.
    ///   - range: The columns that are wanted.
    ///   - values: As long as a row; only those columns are set.
    func read(row index: Int, columns range: Range<Int>, into values: inout [Float]) {
        let vertical = rows[index]
        let upper = vertical.first * map.columns
        let lower = vertical.second * map.columns
        guard let first = range.first, let last = range.last else { return }
        let cells = columns[first].first...columns[last].second
        var line = [Float](repeating: 0, count: map.columns)
        for cell in cells {
            line[cell] = Self.mix(
                map.elements[upper + cell],
                map.elements[lower + cell],
                vertical.share
            )
        }
        values.withUnsafeMutableBufferPointer { values in
            columns.withUnsafeBufferPointer { columns in
                line.withUnsafeBufferPointer { line in
                    for column in range {
                        let tap = columns[column]
                        values[column] = Self.mix(line[tap.first], line[tap.second], tap.share)
                    }
                }
            }
        }
    }

    /// Exactly `first` where the share is zero, so that equal cells stay equal.
    private static func mix(_ first: Float, _ second: Float, _ share: Float) -> Float {
        share == 0 ? first : first + (second - first) * share
    }

    private static func taps(cells: Int, pixels: Int) -> [Tap] {
        (0..<pixels).map { pixel in
            let place = (Float(pixel) + 0.5) * Float(cells) / Float(pixels) - 0.5
            let clamped = min(max(place, 0), Float(cells - 1))
            let first = min(Int(clamped), cells - 1)
            return Tap(
                first: first,
                second: min(first + 1, cells - 1),
                share: clamped - Float(first)
            )
        }
    }
}

extension Array {
    /// The first place from which on a condition holds, which is false before it and true after.
    fileprivate func partitioningIndex(where isPast: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isPast(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
