import Tensors

@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int

/// Changes a model file where it counts: a number, a word or a member of its header, or some of its floats.
///
/// The header's length stays right and its padding is left as it is, so that more of what is changed gets
/// as far as the checks of the model itself.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateModel(
    _ data: UnsafeMutablePointer<UInt8>,
    _ count: Int,
    _ limit: Int,
    _ seed: CUnsignedInt
) -> Int {
    var generator = SeededGenerator(seed: UInt64(seed))
    let file = unsafe [UInt8](UnsafeBufferPointer(start: data, count: count))
    guard generator.next(below: 8) > 0, var parts = ModelBytes(file) else {
        return unsafe mutateBytes(data, count, limit)
    }
    for _ in 0...generator.next(below: 2) { parts.mutate(&generator) }
    let changed = parts.file
    guard changed.count <= limit else { return unsafe mutateBytes(data, count, limit) }
    for (index, byte) in changed.enumerated() { unsafe data[index] = byte }
    return changed.count
}

/// A file's header and the bytes after it.
private struct ModelBytes {
    var header: [UInt8]
    var data: [UInt8]

    init?(_ file: [UInt8]) {
        guard file.count > 8 else { return nil }
        let length = file[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length >= 2, length <= UInt64(file.count - 8) else { return nil }
        header = Array(file[8..<8 + Int(length)])
        data = Array(file[(8 + Int(length))...])
    }

    var file: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) } + header + data
    }

    private static let numbers = [
        "0", "-1", "1", "2", "3", "5", "7", "16", "64", "255", "256", "4095", "4096", "65536",
        "67108864", "2147483647", "2147483648", "4294967296", "4611686018427387904",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "18446744073709551615", "0.5", "1.5", "1e-45", "1e-30", "1e-7", "3.4e38", "1e39", "-3.4e38",
        "1e308", "1e400", "null", "true", "[]", "{}",
    ]

    private static let floats: [Float] = [
        0, -0.0, 1, -1, 0.5, .nan, .signalingNaN, .infinity, -.infinity, .leastNonzeroMagnitude,
        .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1e20, -1e20,
        1e-20,
    ]

    mutating func mutate(_ generator: inout SeededGenerator) {
        switch generator.next(below: 10) {
        case 0..<4: replaceNumber(&generator)
        case 4: replaceWord(&generator)
        case 5: moveMember(&generator)
        case 6: resize(&generator)
        default: replaceFloats(&generator)
        }
    }

    private mutating func replaceNumber(_ generator: inout SeededGenerator) {
        let digits = tokens { (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x65].contains($0) }
            .filter { (0x30...0x39).contains(header[$0.upperBound - 1]) }
        guard !digits.isEmpty else { return }
        let token = digits[generator.next(below: digits.count)]
        let text = String(decoding: header[token], as: UTF8.self)
        let changed: String
        if let number = Int(text), generator.next(below: 2) == 0 {
            changed = "\(number &+ generator.next(below: 9) &- 4)"
        } else {
            changed = Self.numbers[generator.next(below: Self.numbers.count)]
        }
        header.replaceSubrange(token, with: Array(changed.utf8))
    }

    private mutating func replaceWord(_ generator: inout SeededGenerator) {
        let words = tokens {
            (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || [0x2F, 0x5F].contains($0)
        }
        guard !words.isEmpty else { return }
        let target = words[generator.next(below: words.count)]
        let source = words[generator.next(below: words.count)]
        header.replaceSubrange(target, with: Array(header[source]))
    }

    /// Deletes or doubles what stands between two commas.
    private mutating func moveMember(_ generator: inout SeededGenerator) {
        let commas = header.indices.filter { header[$0] == 0x2C }
        guard commas.count > 1 else { return }
        let first = generator.next(below: commas.count - 1)
        let member = commas[first]..<commas[first + 1]
        if generator.next(below: 2) == 0 {
            header.removeSubrange(member)
        } else {
            let place = commas[generator.next(below: commas.count)]
            header.insert(contentsOf: Array(header[member]), at: place)
        }
    }

    /// Takes numbers off the end or adds some; a shape that fits is for other mutations to find.
    private mutating func resize(_ generator: inout SeededGenerator) {
        let count = 4 * (1 + generator.next(below: 8))
        if generator.next(below: 2) == 0 {
            data.removeLast(min(count, data.count))
        } else {
            data += [UInt8](repeating: 0, count: count)
        }
    }

    private mutating func replaceFloats(_ generator: inout SeededGenerator) {
        guard data.count >= 4 else { return }
        let value = Self.floats[generator.next(below: Self.floats.count)].bitPattern
        let first = generator.next(below: data.count / 4)
        let count = generator.next(below: 3) == 0 ? 1 + generator.next(below: 64) : 1
        for place in first..<min(first + count, data.count / 4) {
            for byte in 0..<4 {
                data[place * 4 + byte] = UInt8(truncatingIfNeeded: value >> UInt32(8 * byte))
            }
        }
    }

    /// Runs of bytes of a kind in the header.
    private func tokens(of isPart: (UInt8) -> Bool) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var start: Int?
        for (index, byte) in header.enumerated() {
            if isPart(byte) {
                start = start ?? index
            } else if let first = start {
                result.append(first..<index)
                start = nil
            }
        }
        return result
    }
}
