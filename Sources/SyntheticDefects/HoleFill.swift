/// Fills holes with what lies around them, smoothly.
///
/// A pyramid: known values are averaged downward until everything is known, then unknown ones are
/// interpolated upward.
///
/// > Source: Gortler, Grzeszczuk, Szeliski, Cohen (1996), "The Lumigraph", push-pull.
package enum HoleFill {
    /// Fills a grid.
    ///
    /// - Parameters:
    ///   - values: Shape `[height * width * channels]`.
    ///   - weights: How well each place is known, in `0...1`, shape `[height * width]`.
    ///   - height: The number of rows, at least 1.
    ///   - width: The number of columns, at least 1.
    ///   - channels: The number of values at a place.
    /// - Returns: `values` where the weight is 1, a mixture with the surroundings elsewhere, shape as
    ///   `values`; zeros when nothing is known.
    /// - Complexity: O(`values`).
    package static func fill(
        _ values: [Float],
        weights: [Float],
        height: Int,
        width: Int,
        channels: Int
    ) -> [Float] {
        if height == 1, width == 1 { return weights[0] > 0 ? values : values.map { _ in 0 } }
        let (rows, columns) = ((height + 1) / 2, (width + 1) / 2)
        var small = [Float](repeating: 0, count: rows * columns * channels)
        var known = [Float](repeating: 0, count: rows * columns)
        for row in 0..<height {
            for column in 0..<width {
                let weight = weights[row * width + column]
                if weight == 0 { continue }
                let target = (row / 2) * columns + column / 2
                known[target] += weight
                for channel in 0..<channels {
                    small[target * channels + channel] +=
                        weight * values[(row * width + column) * channels + channel]
                }
            }
        }
        for place in known.indices where known[place] > 0 {
            for channel in 0..<channels { small[place * channels + channel] /= known[place] }
            known[place] = min(known[place], 1)
        }
        let coarse = fill(small, weights: known, height: rows, width: columns, channels: channels)
        var filled = values
        for row in 0..<height {
            let near = row / 2
            let far = min(max(near + (row % 2 == 0 ? -1 : 1), 0), rows - 1)
            for column in 0..<width where weights[row * width + column] < 1 {
                let place = row * width + column
                let beside = column / 2
                let beyond = min(max(beside + (column % 2 == 0 ? -1 : 1), 0), columns - 1)
                let weight = weights[place]
                for channel in 0..<channels {
                    func at(_ row: Int, _ column: Int) -> Float {
                        coarse[(row * columns + column) * channels + channel]
                    }
                    // The middle of a fine place is a quarter of a coarse one off its middle.
                    let smooth =
                        0.5625 * at(near, beside) + 0.1875 * (at(near, beyond) + at(far, beside))
                        + 0.0625 * at(far, beyond)
                    let index = place * channels + channel
                    filled[index] = weight * values[index] + (1 - weight) * smooth
                }
            }
        }
        return filled
    }
}
