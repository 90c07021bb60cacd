internal import Tensors

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension SafeTensors {
    /// Returns the bytes of the file.
    ///
    /// Equal contents give equal bytes: numbers in bfloat16 come first, names are sorted by their
    /// UTF-8 bytes, the header is padded with spaces so that the numbers begin at a multiple of
    /// 64 bytes, a line of the processor's cache.
    ///
    /// - Throws: ``ModelFileError`` when a number is not finite or a tensor has the reserved
    ///   name `__metadata__`.
    public func encoded() throws(ModelFileError) -> [UInt8] { try encoded(followedBy: nil) }

    /// Returns the bytes of the file up to a last tensor of bytes, which the caller adds.
    ///
    /// - Parameter last: The name of that tensor and its bytes; nil for none.
    /// - Returns: All bytes but those of the last tensor.
    /// - Throws: As ``encoded()``; also where a tensor has the name of the last one.
    func encoded(
        followedBy last: (name: String, count: Int)?
    ) throws(ModelFileError) -> [UInt8] {
        let sorted =
            Self.sorted(tensors.filter { $0.value.elementType == .bfloat16 })
            + Self.sorted(tensors.filter { $0.value.elementType != .bfloat16 })
        for (name, tensor) in sorted {
            guard name != SafeTensorsHeader.metadataName, name != last?.name else {
                throw .badTensor(name: name, reason: "the name is reserved")
            }
            try Self.checkFinite(tensor, name: name)
        }

        var header = Array(try headerText(sorted, followedBy: last).utf8)
        while (8 + header.count) % 64 != 0 { header.append(UInt8(ascii: " ")) }
        let size = sorted.reduce(0) { $0 + $1.value.count * $1.value.elementType.size }
        var file: [UInt8] = []
        file.reserveCapacity(8 + header.count + size + (last?.count ?? 0))
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { file.append(contentsOf: $0) }
        file.append(contentsOf: header)
        for (_, tensor) in sorted {
            switch tensor.numbers {
            case .float32(let values):
                values.map { $0.bitPattern.littleEndian }
                    .withUnsafeBytes { file.append(contentsOf: $0) }
            case .bfloat16(let values):
                values.withUnsafeBufferPointer { $0.map(\.littleEndian) }
                    .withUnsafeBytes { file.append(contentsOf: $0) }
            }
        }
        return file
    }

    private func headerText(
        _ sorted: [(key: String, value: Tensor)],
        followedBy last: (name: String, count: Int)?
    ) throws(ModelFileError) -> String {
        var members: [String] = []
        if !metadata.isEmpty {
            var texts: [String] = []
            for (key, text) in Self.sorted(metadata) {
                texts.append("\(try Self.json(key)):\(try Self.json(text))")
            }
            let name = try Self.json(SafeTensorsHeader.metadataName)
            members.append("\(name):{\(texts.joined(separator: ","))}")
        }
        var offset = 0
        for (name, tensor) in sorted {
            let end = offset + tensor.count * tensor.elementType.size
            members.append(
                try Self.member(name, tensor.elementType.rawValue, tensor.shape, offset, end)
            )
            offset = end
        }
        if let last {
            let end = offset + last.count
            members.append(
                try Self.member(
                    last.name,
                    SafeTensorsHeader.byteType,
                    [last.count],
                    offset,
                    end
                )
            )
        }
        return "{\(members.joined(separator: ","))}"
    }

    private static func member(
        _ name: String,
        _ type: String,
        _ shape: [Int],
        _ start: Int,
        _ end: Int
    ) throws(ModelFileError) -> String {
        let shape = shape.map(String.init).joined(separator: ",")
        return "\(try json(name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],"
            + "\"data_offsets\":[\(start),\(end)]}"
    }

    private static func sorted<Value>(
        _ dictionary: [String: Value]
    ) -> [(key: String, value: Value)] {
        dictionary.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    /// A JSON string with quotes and escapes.
    private static func json(_ text: String) throws(ModelFileError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        do {
            return String(decoding: try encoder.encode(text), as: UTF8.self)
        } catch {
            throw .invalidHeader(reason: "\(ModelFileError.quoted(text)) can't be written as JSON")
        }
    }
}
