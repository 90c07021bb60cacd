public import ImageCodec
public import Tensors

/// Pictures of a calibrated map: where in an image something is strange.
///
/// Colours stand for the map's own units, in which 1 is the pixel threshold, and never for
/// the image's own range: a good image stays dark.
public enum HeatMap {
    /// The largest side of a picture in pixels, unless told otherwise.
    public static let defaultLongestSide = 2048
    /// The value from which on the colour is the hottest.
    public static let saturation: Float = 3

    /// Returns the map in colours.
    ///
    /// - Parameters:
    ///   - map: Values on a grid that spans the whole image, 1 at the pixel threshold, shape
    ///     `[rows, columns]`; interpolated between the centres of its cells.
    ///   - width: The image's width in pixels.
    ///   - height: The image's height in pixels.
    ///   - longestSide: The largest side of the picture in pixels.
    /// - Returns: The picture, of the image's size or reduced to `longestSide`.
    public static func render(
        _ map: Matrix,
        width: Int,
        height: Int,
        longestSide: Int = defaultLongestSide
    ) -> PixelImage {
        colors(of: map, width: width, height: height, longestSide: longestSide).opaque
    }

    /// Returns the map in the colours of a palette, those of ``HeatColors/table``.
    ///
    /// - Parameters:
    ///   - map: As in ``render(_:width:height:longestSide:)``.
    ///   - width: The image's width in pixels.
    ///   - height: The image's height in pixels.
    ///   - longestSide: The largest side of the picture in pixels.
    /// - Returns: The picture, of the image's size or reduced to `longestSide`.
    public static func colors(
        of map: Matrix,
        width: Int,
        height: Int,
        longestSide: Int = defaultLongestSide
    ) -> IndexedImage {
        let size = PictureSize(width: width, height: height, longestSide: longestSide)
        let sampler = MapSampler(map, size: size)
        var values = [Float](repeating: 0, count: size.width)
        var indices = [UInt8](repeating: 0, count: size.width * size.height)
        for row in 0..<size.height {
            sampler.read(row: row, columns: 0..<size.width, into: &values)
            for column in 0..<size.width {
                indices[row * size.width + column] = UInt8(tableIndex(of: values[column]))
            }
        }
        return IndexedImage(
            width: size.width,
            height: size.height,
            palette: HeatColors.table.map { SIMD4($0, 255) },
            indices: indices
        )
    }

    /// Returns the image with the map's colours over it where the map is above the threshold.
    ///
    /// Elsewhere the image is as it was. A light line runs along the inside of the threshold.
    ///
    /// - Parameters:
    ///   - image: The image, grey or colour.
    ///   - map: As in ``render(_:width:height:longestSide:)``.
    ///   - longestSide: The largest side of the picture in pixels; a larger image is reduced
    ///     by averaging.
    /// - Returns: The picture, colour, of the image's size or reduced to `longestSide`.
    public static func overlay(
        on image: PixelImage,
        map: Matrix,
        longestSide: Int = defaultLongestSide
    ) -> PixelImage {
        let size = PictureSize(width: image.width, height: image.height, longestSide: longestSide)
        return HeatLayer(of: map, size: size).laid(over: BoxReduction.reduce(image, to: size))
    }

    /// The colour of a value; a value that is no number gets the hottest one.
    static func color(of value: Float) -> SIMD3<UInt8> {
        HeatColors.table[tableIndex(of: value)]
    }

    /// Up to half the threshold only the darkest colours, then faster to the threshold, then
    /// evenly to saturation.
    static func tableIndex(of value: Float) -> Int {
        guard value < saturation else { return 255 }
        switch value {
        case ..<0: return 0
        case ..<0.5: return Int(value / 0.5 * 24)
        case ..<1: return 24 + Int((value - 0.5) / 0.5 * 88)
        default: return thresholdIndex + Int((value - 1) / (saturation - 1) * 143)
        }
    }

    /// The place of the threshold's colour.
    static let thresholdIndex = 112
}

extension IndexedImage {
    /// The picture in direct colours, without transparency.
    var opaque: PixelImage {
        let levels = [UInt8](unsafeUninitializedCapacity: indices.count * 3) { target, count in
            palette.withUnsafeBufferPointer { palette in
                for (place, index) in indices.enumerated() {
                    let color = palette[Int(index)]
                    target[3 * place] = color.x
                    target[3 * place + 1] = color.y
                    target[3 * place + 2] = color.z
                }
            }
            count = indices.count * 3
        }
        return PixelImage(width: width, height: height, channels: 3, levels: levels)
    }
}
