/// Takes paths apart into characters.
enum PathCharacters {
    /// A character of Unicode, or above those a byte that is part of none.
    typealias Unit = UInt32

    private static let strayByte: Unit = 0x11_0000

    /// The characters of each name in a path.
    static func names(of path: some Collection<UInt8>) -> [[Unit]] {
        path.split(separator: UInt8(ascii: "/")).map { units(of: $0) }
    }

    /// The characters of some bytes: those of well-formed UTF-8, and stray bytes one by one.
    static func units(of bytes: some Collection<UInt8>) -> [Unit] {
        let bytes = Array(bytes)
        var units: [Unit] = []
        units.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            let length = sequenceLength(bytes[place])
            if length == 1 {
                units.append(Unit(bytes[place]))
                place += 1
            } else if length > 1, place + length <= bytes.count,
                let text = String(validating: bytes[place..<place + length], as: UTF8.self),
                let scalar = text.unicodeScalars.first
            {
                units.append(scalar.value)
                place += length
            } else {
                units.append(strayByte + Unit(bytes[place]))
                place += 1
            }
        }
        return units
    }

    private static func sequenceLength(_ first: UInt8) -> Int {
        switch first {
        case ..<0x80: 1
        case 0xC2..<0xE0: 2
        case 0xE0..<0xF0: 3
        case 0xF0..<0xF5: 4
        default: 0
        }
    }
}
