internal import ImageCodec
internal import Reports
internal import SyntheticDefects
internal import Tensors

/// One picture of small pictures: a row for each kind of defect, with its name above, and in it,
/// for a few normal pictures, the normal one, the same with a defect, and the mask.
struct ContactSheet {
    private static let side = 128
    private static let gap = 4
    private static let groups = 4
    /// The height of a row's name, in letters twice the font's size.
    private static let heading = 2 * BitmapFont.size.height + 4
    private static let rowHeight = heading + side + gap
    private static let background: UInt8 = 64

    private let width: Int
    private let height: Int
    private var levels: [UInt8]

    private init(rows: Int, columns: Int) {
        width = columns * (Self.side + Self.gap) + Self.gap
        height = rows * Self.rowHeight + Self.gap
        levels = [UInt8](repeating: Self.background, count: width * height * 3)
    }

    /// Paints a sheet.
    ///
    /// - Parameters:
    ///   - pictures: Normal pictures, at least one; the first few are shown.
    ///   - configuration: How large and strong the defects are.
    ///   - kinds: The kinds, one for each row.
    ///   - seed: Which defects.
    /// - Returns: A colour picture.
    static func paint(
        _ pictures: [FeatureMap],
        configuration: DefectConfiguration,
        kinds: [DefectKind],
        seed: UInt64
    ) -> PixelImage {
        let shown = pictures.prefix(groups)
        var sheet = ContactSheet(rows: kinds.count, columns: shown.count * 3)
        for (row, kind) in kinds.enumerated() {
            sheet.write(kind.rawValue, row: row)
            var declared = configuration
            declared.kinds = [kind]
            declared.count = 1...1
            let painter = DefectPainter(configuration: declared)
            for (group, normal) in shown.enumerated() {
                let painted = painter.paint(
                    on: normal,
                    source: pictures[(group + 1) % pictures.count],
                    // Other places and sizes in each row.
                    seed: seed &+ UInt64(row * groups + group)
                )
                let mask = FeatureMap(
                    height: painted.mask.rows,
                    width: painted.mask.columns,
                    channels: 1,
                    filledWith: painted.mask.elements
                )
                for (place, map) in [normal, painted.image, mask].enumerated() {
                    sheet.put(map, row: row, column: group * 3 + place)
                }
            }
        }
        return PixelImage(
            width: sheet.width,
            height: sheet.height,
            channels: 3,
            levels: sheet.levels
        )
    }

    /// Writes a name above a row, cut off where the sheet ends.
    private mutating func write(_ name: String, row: Int) {
        let (top, left) = (row * Self.rowHeight + Self.gap, Self.gap)
        for dot in BitmapFont.dots(of: name) {
            for (y, x) in [(0, 0), (0, 1), (1, 0), (1, 1)]
            where left + 2 * dot.x + x < width {
                let place = (top + 2 * dot.y + y) * width + left + 2 * dot.x + x
                for channel in 0..<3 { levels[3 * place + channel] = 255 }
            }
        }
    }

    /// Puts a picture into a cell, its longer side as long as the cell's.
    private mutating func put(_ map: FeatureMap, row: Int, column: Int) {
        let scale = Double(Self.side) / Double(max(map.height, map.width))
        let small = Resampler(
            height: max(1, Int(Double(map.height) * scale)),
            width: max(1, Int(Double(map.width) * scale))
        ).resample(map)
        let top = row * Self.rowHeight + Self.gap + Self.heading + (Self.side - small.height) / 2
        let left =
            Self.gap + column * (Self.side + Self.gap) + (Self.side - small.width) / 2
        for y in 0..<small.height {
            for x in 0..<small.width {
                for channel in 0..<3 {
                    let level = small[y, x, min(channel, small.channels - 1)]
                    levels[((top + y) * width + left + x) * 3 + channel] = PixelImage.level(level)
                }
            }
        }
    }
}

extension PixelImage {
    /// The picture in 8 bits.
    init(_ map: FeatureMap) {
        self.init(
            width: map.width,
            height: map.height,
            channels: map.channels,
            levels: map.elements.map { PixelImage.level($0) }
        )
    }

    /// A mask in 8 bits, 1 as 255.
    init(mask: Matrix) {
        self.init(
            width: mask.columns,
            height: mask.rows,
            channels: 1,
            levels: mask.elements.map { PixelImage.level($0) }
        )
    }

    fileprivate static func level(_ value: Float) -> UInt8 {
        UInt8(min(max((value * 255).rounded(), 0), 255))
    }
}
