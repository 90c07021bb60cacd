extension ValueNoise {
    /// The texture at the corners of pixels: what ``fractal(_:_:octaves:)`` gives at
    /// `(column / grain, row / grain)`, much faster.
    ///
    /// - Parameters:
    ///   - height: In pixels.
    ///   - width: In pixels.
    ///   - grain: The pixels between lattice points of the coarsest texture.
    ///   - octaves: How many textures, each twice as fine and half as strong as the one before.
    /// - Returns: In `-1...1`, row after row.
    package func grid(height: Int, width: Int, grain: Double, octaves: Int = 1) -> [Float] {
        var sum = [Float](repeating: 0, count: height * width)
        var strength: Float = 1
        var scale = 1 / grain
        let total = 2 - 1 / Float(1 << (octaves - 1))
        for octave in 0..<octaves {
            add(to: &sum, width: width, scale: scale, octave: octave, strength: strength / total)
            strength *= 0.5
            scale *= 2
        }
        return sum
    }

    private func add(
        to sum: inout [Float],
        width: Int,
        scale: Double,
        octave: Int,
        strength: Float
    ) {
        guard width > 0 else { return }
        let offset = Double(octave) * 17.37
        let places = (0..<width).map { column -> (column: Int, across: Float) in
            let x = Double(column) * scale + offset
            let left = x.rounded(.down)
            return (Int(left), Float(Shape.ramp(x - left, from: 0, to: 1)))
        }
        let (first, last) = (places[0].column, places[width - 1].column)
        // One row of lattice points, interpolated across.
        func line(_ row: Int) -> [Float] {
            let points = (first...last + 1).map { Float(signed($0, row)) * strength }
            return places.map { place in
                let left = points[place.column - first]
                return left + (points[place.column - first + 1] - left) * place.across
            }
        }
        var upperRow = Int.min
        var (upper, lower): ([Float], [Float]) = ([], [])
        for row in 0..<sum.count / width {
            let y = Double(row) * scale - offset
            let top = y.rounded(.down)
            if Int(top) != upperRow {
                upper = Int(top) - 1 == upperRow ? lower : line(Int(top))
                lower = line(Int(top) + 1)
                upperRow = Int(top)
            }
            let down = Float(Shape.ramp(y - top, from: 0, to: 1))
            let start = row * width
            for column in 0..<width {
                sum[start + column] += upper[column] + (lower[column] - upper[column]) * down
            }
        }
    }
}
