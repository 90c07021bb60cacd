import ImageCodec
import Tensors

/// A picture with soft shapes and a little noise, so that files of it are large enough to damage.
func picture(width: Int, height: Int, channels: Int, seed: UInt64 = 1) -> PixelImage {
    var generator = SeededGenerator(seed: seed)
    var levels: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            for channel in 0..<channels {
                let ramp = (x * (3 - channel) + y * (1 + channel)) % 200
                levels.append(
                    UInt8(ramp < 100 ? ramp + 40 : 240 - ramp) + UInt8(generator.next(below: 8))
                )
            }
        }
    }
    return PixelImage(width: width, height: height, channels: channels, levels: levels)
}
