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
        let size = PictureSize(width: width, height: height, longestSide: longestSide)
        let values = MapSampler(map, size: size)
        var levels: [UInt8] = []
        levels.reserveCapacity(size.width * size.height * 3)
        for row in 0..<size.height {
            for value in values.row(row) {
                let color = color(of: value)
                levels.append(color.x)
                levels.append(color.y)
                levels.append(color.z)
            }
        }
        return PixelImage(width: size.width, height: size.height, channels: 3, levels: levels)
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
        var picture = BoxReduction.color(image, to: size)
        let values = MapSampler(map, size: size)
        let isHot = (0..<size.height).flatMap { values.row($0).map { !($0 < 1) } }
        let line = max(size.width, size.height) > 600 ? 2 : 1
        for row in 0..<size.height {
            let heat = values.row(row)
            for column in 0..<size.width where isHot[row * size.width + column] {
                let isContour = touchesCold(
                    isHot,
                    row: row,
                    column: column,
                    size: size,
                    reach: line
                )
                let color = isContour ? contourColor : overlayColor(of: heat[column])
                let share = isContour ? contourShare : heatShare
                let start = (row * size.width + column) * 3
                for channel in 0..<3 {
                    let below = Int(picture.levels[start + channel])
                    let mixed = below * (256 - share) + Int(color[channel]) * share
                    picture.levels[start + channel] = UInt8((mixed + 128) >> 8)
                }
            }
        }
        return picture
    }

    /// Shares of 256 that cover the image.
    private static let heatShare = 76
    private static let contourShare = 230
    private static let contourColor = SIMD3<UInt8>(120, 255, 235)

    /// The colour of a value; a value that is no number gets the hottest one.
    static func color(of value: Float) -> SIMD3<UInt8> {
        HeatColors.table[tableIndex(of: value)]
    }

    /// The same colours without the pale ones, which would look like the bare image.
    private static func overlayColor(of value: Float) -> SIMD3<UInt8> {
        HeatColors.table[min(tableIndex(of: value), 192)]
    }

    /// Up to half the threshold only the darkest colours, then faster to the threshold, then
    /// evenly to saturation.
    private static func tableIndex(of value: Float) -> Int {
        guard value < saturation else { return 255 }
        switch value {
        case ..<0: return 0
        case ..<0.5: return Int(value / 0.5 * 24)
        case ..<1: return 24 + Int((value - 0.5) / 0.5 * 88)
        default: return 112 + Int((value - 1) / (saturation - 1) * 143)
        }
    }

    /// Whether a place has a cold one at most `reach` steps up, down, left or right.
    private static func touchesCold(
        _ isHot: [Bool],
        row: Int,
        column: Int,
        size: PictureSize,
        reach: Int
    ) -> Bool {
        for step in 1...reach {
            if row >= step, !isHot[(row - step) * size.width + column] { return true }
            if row + step < size.height, !isHot[(row + step) * size.width + column] { return true }
            if column >= step, !isHot[row * size.width + column - step] { return true }
            if column + step < size.width, !isHot[row * size.width + column + step] { return true }
        }
        return false
    }
}
