/// Finds the orientation that a camera noted in a file.
///
/// Reads the tag 0x0112 of the first image file directory, in either byte order. Whatever is broken
/// or missing means upright: the note is a hint, never a reason to refuse an image.
///
/// > Source: Exif 2.32, sections 4.5.4 and 4.6.4; PNG third edition, section 11.3.4.5 (eXIf).
enum ExifOrientation {
    /// The orientation in `1...8` of a whole file; 1 when there is none.
    static func of(_ bytes: [UInt8], format: ImageFormat) -> Int {
        switch format {
        case .jpeg: ofJPEG(bytes)
        case .png: ofPNG(bytes)
        }
    }

    private static func ofJPEG(_ bytes: [UInt8]) -> Int {
        let name: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]
        var place = 2
        while place + 4 <= bytes.count, bytes[place] == 0xFF {
            let marker = bytes[place + 1]
            if marker == 0xFF {
                place += 1
                continue
            }
            // Pixels start at SOS: Exif data come before.
            if marker == 0xDA || marker == 0xD9 { return 1 }
            let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
            let segment = place + 4..<place + 2 + max(length, 2)
            guard length >= 2, segment.upperBound <= bytes.count else { return 1 }
            if marker == 0xE1, bytes[segment].starts(with: name),
                let found = inTIFF(bytes[segment].dropFirst(name.count))
            {
                return found
            }
            place = segment.upperBound
        }
        return 1
    }

    private static func ofPNG(_ bytes: [UInt8]) -> Int {
        var place = 8
        while place + 12 <= bytes.count {
            let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            let data = place + 8..<place + 8 + length
            guard data.upperBound + 4 <= bytes.count else { return 1 }
            if bytes[place + 4..<place + 8].elementsEqual([0x65, 0x58, 0x49, 0x66]) {
                return inTIFF(bytes[data]) ?? 1
            }
            place = data.upperBound + 4
        }
        return 1
    }

    private static func inTIFF(_ block: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(block)
        guard bytes.count >= 8 else { return nil }
        let littleEndian: Bool
        switch (bytes[0], bytes[1]) {
        case (0x49, 0x49): littleEndian = true
        case (0x4D, 0x4D): littleEndian = false
        default: return nil
        }
        func number(at place: Int, bytes count: Int) -> Int? {
            guard place >= 0, place + count <= bytes.count else { return nil }
            let digits = bytes[place..<place + count]
            return littleEndian
                ? digits.reversed().reduce(0) { $0 << 8 | Int($1) }
                : digits.reduce(0) { $0 << 8 | Int($1) }
        }
        guard number(at: 2, bytes: 2) == 42, let directory = number(at: 4, bytes: 4),
            let entries = number(at: directory, bytes: 2)
        else { return nil }
        for entry in 0..<entries {
            let place = directory + 2 + 12 * entry
            guard let tag = number(at: place, bytes: 2) else { return nil }
            guard tag == 0x0112 else { continue }
            // The tag is a SHORT; some programs write a LONG.
            let size = number(at: place + 2, bytes: 2) == 4 ? 4 : 2
            guard let value = number(at: place + 8, bytes: size), 1...8 ~= value else { return nil }
            return value
        }
        return nil
    }
}
