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

/// One PNG chunk with its length and check sum.
func pngChunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let checked = Array(name.utf8) + data
    var sum = UInt32.max
    for byte in checked {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return bigEndian(UInt32(data.count)) + checked + bigEndian(~sum)
}

/// A PNG's signature and header chunk: 8-bit RGB of the given size.
func pngHead(width: UInt32, height: UInt32) -> [UInt8] {
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        + pngChunk("IHDR", bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0])
}

/// Where a marker of a JPEG starts.
func place(ofMarker marker: UInt8, in jpeg: [UInt8]) -> Int? {
    jpeg.indices.dropLast().first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == marker }
}

private func bigEndian(_ number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
}
