public import ImageCodec
public import Tensors

/// Small pictures laid out as one.
public enum Mosaic {
    /// Lays pictures of one size out, row after row.
    ///
    /// - Parameters:
    ///   - tiles: The pictures, all of one size and number of channels, at least one; nil leaves a place empty.
    ///   - columns: The pictures of a row; about as many as there are rows when nil.
    ///   - scale: How many pixels a pixel of a picture becomes in both directions.
    ///   - gap: The pixels between pictures and around them.
    ///   - background: The level of what no picture covers.
    /// - Returns: One picture, grey or colour as the tiles are.
    public static func arrange(
        _ tiles: [PixelImage?],
        columns: Int? = nil,
        scale: Int = 1,
        gap: Int = 2,
        background: UInt8 = 40
    ) -> PixelImage {
        let first = tiles.lazy.compactMap(\.self).first
        let (tileWidth, tileHeight) = ((first?.width ?? 1) * scale, (first?.height ?? 1) * scale)
        let channels = first?.channels ?? 1
        let count = max(1, tiles.count)
        let columns = columns ?? Int(Double(count).squareRoot().rounded(.up))
        let rows = (count + columns - 1) / columns
        let width = columns * (tileWidth + gap) + gap
        let height = rows * (tileHeight + gap) + gap
        var levels = [UInt8](repeating: background, count: width * height * channels)
        for (index, tile) in tiles.enumerated() {
            guard let tile else { continue }
            precondition(
                tile.width * scale == tileWidth && tile.height * scale == tileHeight
                    && tile.channels == channels,
                "tiles are of one size"
            )
            let top = gap + index / columns * (tileHeight + gap)
            let left = gap + index % columns * (tileWidth + gap)
            for y in 0..<tileHeight {
                for x in 0..<tileWidth {
                    let source = (y / scale * tile.width + x / scale) * channels
                    let target = ((top + y) * width + left + x) * channels
                    for channel in 0..<channels {
                        levels[target + channel] = tile.levels[source + channel]
                    }
                }
            }
        }
        return PixelImage(width: width, height: height, channels: channels, levels: levels)
    }
}

extension PixelImage {
    /// A picture of intensities; what lies outside `[0, 1]` is cut off.
    ///
    /// - Parameter intensities: Shape `[height, width, channels]`; with two or more than three channels their mean.
    public init(intensities: FeatureMap) {
        let channels = intensities.channels == 3 ? 3 : 1
        self.init(
            width: intensities.width,
            height: intensities.height,
            channels: channels,
            levels: Self.levels(of: intensities, channels: channels, middle: 0, factor: 1)
        )
    }

    /// A picture of numbers around 0, which is middle grey; the largest magnitude of all becomes black or white.
    ///
    /// - Parameters:
    ///   - signed: Shape `[height, width, channels]`; with two or more than three channels their mean.
    ///   - sign: -1 for the picture of the negative.
    public init(signed: FeatureMap, sign: Int = 1) {
        let channels = signed.channels == 3 ? 3 : 1
        let most = signed.elements.reduce(0) { max($0, abs($1)) }
        let factor = most > 0 ? Float(sign) / most / 2 : 0
        self.init(
            width: signed.width,
            height: signed.height,
            channels: channels,
            levels: Self.levels(of: signed, channels: channels, middle: 0.5, factor: factor)
        )
    }

    /// Levels of `middle + factor * x`.
    private static func levels(
        of map: FeatureMap,
        channels: Int,
        middle: Float,
        factor: Float
    ) -> [UInt8] {
        let merged = max(1, map.channels / channels)
        let count = map.height * map.width * channels
        return [UInt8](unsafeUninitializedCapacity: count) { levels, filled in
            map.elements.withUnsafeBufferPointer { elements in
                if merged == 1 {
                    for place in 0..<count {
                        levels[place] = level(middle + factor * elements[place])
                    }
                } else {
                    for place in 0..<count {
                        let sum = elements[place * merged..<(place + 1) * merged].reduce(0, +)
                        levels[place] = level(middle + factor * (sum / Float(merged)))
                    }
                }
            }
            filled = count
        }
    }

    /// The level of an intensity, half levels up; without a conversion that could fail, for compilers to make vectors of it.
    @inline(__always)
    private static func level(_ intensity: Float) -> UInt8 {
        // A model file may lead to values that are no numbers; they are shown as black.
        let level = min(255, max(0, intensity * 255))
        // Beyond 2^23 floats are whole: the sum is rounded, half to even, and its lowest bits are the level.
        let base: Float = 8_388_608
        let sum = level + base
        let isHalfBelow = level - (sum - base) >= 0.5
        return UInt8(truncatingIfNeeded: sum.bitPattern) &+ (isHalfBelow ? 1 : 0)
    }
}
