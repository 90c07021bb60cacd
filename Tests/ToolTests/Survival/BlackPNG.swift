import Foundation

/// A black PNG of any size, grey or colour, written without ever being in memory.
///
/// Its stream is one block of fixed Huffman codes (RFC 1951, 3.2.6): a zero, then copies of it.
enum BlackPNG {
    static func bytes(width: Int, height: Int, channels: Int = 1) -> [UInt8] {
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        // 8 bits, grey or RGB, not interlaced.
        let colour: UInt8 = channels == 3 ? 2 : 0
        file += chunk("IHDR", bigEndian(width) + bigEndian(height) + [8, colour, 0, 0, 0])
        file += chunk("IDAT", stream(zeros: (width * channels + 1) * height))
        return file + chunk("IEND", [])
    }

    private static func stream(zeros count: Int) -> [UInt8] {
        var bits = Bits()
        // The last block, with fixed codes.
        bits.append(0b011, count: 3)
        // A literal 0 is 00110000; a copy of 258 is code 285, 11000101, and distance 1, 00000.
        let (copies, rest) = (count - 1).quotientAndRemainder(dividingBy: 258)
        for _ in 0..<1 + rest { bits.append(0b0000_1100, count: 8) }
        for _ in 0..<copies { bits.append(0b0_0000_1010_0011, count: 13) }
        bits.append(0, count: 7)
        bits.flush()
        // Adler-32 of zeros: one sum stays 1, the other counts them.
        return [0x78, 0x01] + bits.bytes + bigEndian((count % 65521) << 16 | 1)
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        return bigEndian(data.count) + body + bigEndian(Int(checksum(body)))
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    /// CRC-32 as PNG wants it.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        let table = (0..<256).map { byte -> UInt32 in
            (0..<8).reduce(UInt32(byte)) { value, _ in
                value & 1 == 0 ? value >> 1 : 0xEDB8_8320 ^ value >> 1
            }
        }
        return ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }

    /// Bits, the first in the lowest place.
    private struct Bits {
        private(set) var bytes: [UInt8] = []
        private var waiting: UInt32 = 0
        private var count = 0

        mutating func append(_ value: UInt32, count more: Int) {
            waiting |= value << count
            count += more
            while count >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: waiting))
                waiting >>= 8
                count -= 8
            }
        }

        mutating func flush() {
            if count > 0 { append(0, count: 8 - count) }
        }
    }
}
