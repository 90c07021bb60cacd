#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension SafeTensors {
    /// Returns the bytes of the file.
    ///
    /// Equal contents give equal bytes: names are sorted by their UTF-8 bytes, the header is
    /// padded with spaces so that the numbers begin at a multiple of 8 bytes.
    ///
    /// - Throws: ``ModelFileError`` when a number is not finite or a tensor has the reserved
    ///   name `__metadata__`.
    public func encoded() throws(ModelFileError) -> [UInt8] {
        let sorted = Self.sorted(tensors)
        for (name, tensor) in sorted {
            guard name != SafeTensorsHeader.metadataName else {
                throw .badTensor(name: name, reason: "the name is reserved")
            }
            try Self.checkFinite(tensor.values, name: name)
        }

        var header = Array(try headerText(sorted).utf8)
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        var file: [UInt8] = []
        file.reserveCapacity(8 + header.count + sorted.reduce(0) { $0 + $1.value.values.count * 4 })
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { file.append(contentsOf: $0) }
        file.append(contentsOf: header)
        for (_, tensor) in sorted {
            tensor.values.map { $0.bitPattern.littleEndian }.withUnsafeBytes {
                file.append(contentsOf: $0)
            }
        }
        return file
    }

    private func headerText(
        _ sorted: [(key: String, value: Tensor)]
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
            let end = offset + tensor.values.count * 4
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(try Self.json(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}"
            )
            offset = end
        }
        return "{\(members.joined(separator: ","))}"
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
