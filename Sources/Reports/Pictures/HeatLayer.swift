package import ImageCodec
package import Tensors

/// What of a map is above the threshold, to be laid over the image.
///
/// Below the threshold it is fully transparent, above it the colours let the image shine through, and an opaque line
/// runs along the inside of the threshold.
package struct HeatLayer {
    let size: PictureSize
    /// Places of ``palette``.
    private var indices: [UInt8]

    /// The first entry is below the threshold, the last one the line.
    ///
    /// The pale colours are left out: they would look like the bare image.
    static let palette: [SIMD4<UInt8>] =
        [SIMD4(0, 0, 0, 0)]
        + HeatColors.table[HeatMap.thresholdIndex...lastIndex].map { SIMD4($0, heatAlpha) }
        + [SIMD4(lineColor, 255)]

    private static let lastIndex = 192
    private static let heatAlpha: UInt8 = 153
    private static let lineColor = SIMD3<UInt8>(0, 224, 200)
    private static let line = UInt8(palette.count - 1)
    /// Shares of 256 that cover the image in ``laid(over:)``.
    private static let shares = (heat: 76, line: 230)

    /// Draws what is above the threshold.
    ///
    /// - Parameters:
    ///   - map: 1 at the threshold; a value that is no number is above it.
    ///   - size: The size of the picture.
    package init(of map: Matrix, size: PictureSize) {
        self.size = size
        indices = [UInt8](repeating: 0, count: size.width * size.height)
        let sampler = MapSampler(map, size: size)
        var values = [Float](repeating: 0, count: size.width)
        var hot: [(row: Int, columns: Range<Int>)] = []
        for row in 0..<size.height {
            let columns = sampler.hotColumns(ofRow: row)
            guard !columns.isEmpty else { continue }
            hot.append((row, columns))
            sampler.read(row: row, columns: columns, into: &values)
            for column in columns where !(values[column] < 1) {
                let index = min(HeatMap.tableIndex(of: values[column]), Self.lastIndex)
                indices[row * size.width + column] = UInt8(index - HeatMap.thresholdIndex + 1)
            }
        }
        let reach = max(size.width, size.height) > 600 ? 2 : 1
        for (row, columns) in hot { drawLine(row: row, columns: columns, reach: reach) }
    }

    /// The layer as a picture.
    package var image: IndexedImage {
        IndexedImage(
            width: size.width,
            height: size.height,
            palette: Self.palette,
            indices: indices
        )
    }

    /// Returns an image of this size, in colour, with the layer over it.
    func laid(over image: PixelImage) -> PixelImage {
        precondition(image.width == size.width && image.height == size.height, "sizes differ")
        var picture = image.inColor()
        picture.levels.withUnsafeMutableBufferPointer { levels in
            for (place, index) in indices.enumerated() where index != 0 {
                let share = index == Self.line ? Self.shares.line : Self.shares.heat
                let color = Self.palette[Int(index)]
                for channel in 0..<3 {
                    let below = Int(levels[3 * place + channel])
                    let mixed = below * (256 - share) + Int(color[channel]) * share
                    levels[3 * place + channel] = UInt8((mixed + 128) >> 8)
                }
            }
        }
        return picture
    }

    /// Marks places that have a place below the threshold at most `reach` steps up, down, left or right.
    private mutating func drawLine(row: Int, columns: Range<Int>, reach: Int) {
        let (width, height) = (size.width, size.height)
        indices.withUnsafeMutableBufferPointer { indices in
            for column in columns {
                let place = row * width + column
                guard indices[place] != 0 else { continue }
                for step in 1...reach {
                    if row >= step && indices[place - step * width] == 0
                        || row + step < height && indices[place + step * width] == 0
                        || column >= step && indices[place - step] == 0
                        || column + step < width && indices[place + step] == 0
                    {
                        indices[place] = Self.line
                    }
                }
            }
        }
    }
}
