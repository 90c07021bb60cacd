internal import Tensors

/// A rectangle of a picture and how much of each of its pixels a defect covers.
struct DefectRegion {
    /// The picture's rows.
    let rows: Range<Int>
    /// The picture's columns.
    let columns: Range<Int>
    /// In `0...1`, row after row, shape `[rows.count * columns.count]`.
    let coverage: [Float]

    var height: Int { rows.count }
    var width: Int { columns.count }

    /// The middle of the rectangle in the picture, in pixels.
    var centre: Point {
        Point(
            Double(columns.lowerBound + columns.upperBound) / 2,
            Double(rows.lowerBound + rows.upperBound) / 2
        )
    }

    /// Calls a function for each pixel that is covered at all.
    ///
    /// - Parameter body: Takes the index in the rectangle, and the row and column in the picture.
    @inline(__always)
    func forEachCovered(_ body: (_ index: Int, _ row: Int, _ column: Int) -> Void) {
        var index = 0
        for row in rows {
            for column in columns {
                if coverage[index] > 0 { body(index, row, column) }
                index += 1
            }
        }
    }

    /// How much the picture varies inside the rectangle.
    ///
    /// - Returns: The mean standard deviation of blocks of 8 x 8 pixels, all channels of a block
    ///   together, each about its own mean.
    func spread(of image: FeatureMap) -> Float {
        let side = 8
        var total: Float = 0
        var blocks = 0
        for top in stride(from: rows.lowerBound, to: rows.upperBound, by: side) {
            let bottom = min(top + side, rows.upperBound)
            for left in stride(from: columns.lowerBound, to: columns.upperBound, by: side) {
                let right = min(left + side, columns.upperBound)
                let isCovered = (top..<bottom).contains { row in
                    (left..<right).contains { column in
                        let line = (row - rows.lowerBound) * width
                        return coverage[line + column - columns.lowerBound] > 0
                    }
                }
                guard isCovered else { continue }
                total += Self.deviation(of: image, rows: top..<bottom, columns: left..<right)
                blocks += 1
            }
        }
        return blocks == 0 ? 0 : total / Float(blocks)
    }

    private static func deviation(
        of image: FeatureMap,
        rows: Range<Int>,
        columns: Range<Int>
    ) -> Float {
        let count = Float(rows.count * columns.count)
        var variance: Float = 0
        for channel in 0..<image.channels {
            // About the first level: what is subtracted at the end stays small.
            let origin = image[rows.lowerBound, columns.lowerBound, channel]
            var sum: Float = 0
            var squares: Float = 0
            for row in rows {
                for column in columns {
                    let level = image[row, column, channel] - origin
                    sum += level
                    squares += level * level
                }
            }
            variance += max(0, squares / count - (sum / count) * (sum / count))
        }
        return (variance / Float(image.channels)).squareRoot()
    }
}
