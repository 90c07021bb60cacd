internal import ImageCodec

/// Pixels that pictures and words are put on.
struct PictureCanvas {
    let width: Int
    let height: Int
    private var levels: [UInt8]

    init(width: Int, height: Int, background: UInt8) {
        self.width = width
        self.height = height
        levels = [UInt8](repeating: background, count: width * height * 3)
    }

    var picture: PixelImage {
        PixelImage(width: width, height: height, channels: 3, levels: levels)
    }

    /// Puts a picture that lies within the canvas.
    mutating func draw(_ image: PixelImage, x: Int, y: Int) {
        let image = image.inColor()
        precondition(x >= 0 && y >= 0 && x + image.width <= width && y + image.height <= height)
        for row in 0..<image.height {
            let start = ((y + row) * width + x) * 3
            levels.replaceSubrange(
                start..<start + image.width * 3,
                with: image.levels[row * image.width * 3..<(row + 1) * image.width * 3]
            )
        }
    }

    mutating func fill(x: Range<Int>, y: Range<Int>, color: SIMD3<UInt8>) {
        for row in y.clamped(to: 0..<height) {
            for column in x.clamped(to: 0..<width) {
                for channel in 0..<3 {
                    levels[(row * width + column) * 3 + channel] = color[channel]
                }
            }
        }
    }

    /// Writes letters of twice the font's size.
    mutating func text(_ text: String, x: Int, y: Int, color: SIMD3<UInt8>) {
        for dot in BitmapFont.dots(of: text) {
            let (left, top) = (x + 2 * dot.x, y + 2 * dot.y)
            fill(x: left..<left + 2, y: top..<top + 2, color: color)
        }
    }

    /// The width and height of a line of text.
    static func size(of text: String) -> (width: Int, height: Int) {
        (text.count * BitmapFont.advance * 2, BitmapFont.size.height * 2)
    }
}
