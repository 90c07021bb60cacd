#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// Many numbers that are encoded as one run of bytes, in this machine's order, not one by one.
package struct PackedNumbers<Number: BitwiseCopyable & Sendable>: Codable, Sendable {
    /// The numbers.
    package let numbers: [Number]

    /// Packs numbers.
    package init(_ numbers: [Number]) { self.numbers = numbers }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let data = try container.decode(Data.self)
        let size = MemoryLayout<Number>.stride
        guard data.count % size == 0 else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "\(data.count) bytes are no whole number of \(size)"
            )
        }
        numbers = unsafe [Number](unsafeUninitializedCapacity: data.count / size) { buffer, count in
            _ = unsafe data.copyBytes(to: buffer)
            count = data.count / size
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(unsafe numbers.withUnsafeBytes { bytes in unsafe Data(bytes) })
    }
}
