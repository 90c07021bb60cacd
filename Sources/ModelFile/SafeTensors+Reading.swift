internal import Tensors

extension SafeTensors {
    /// Reads the content of a safetensors file.
    ///
    /// Everything is checked: the header's length and JSON, each name, type, shape and place,
    /// that the tensors fill the file without gap or overlap, and that every number is finite.
    ///
    /// - Throws: ``ModelFileError`` naming the part that is wrong.
    /// - Complexity: O(*n*) in the number of bytes.
    public init(reading file: [UInt8]) throws(ModelFileError) {
        try self.init(reading: file, header: SafeTensorsHeader(reading: file))
    }

    /// Reads the tensors after the header, which the caller has read from the same bytes.
    init(reading file: [UInt8], header: SafeTensorsHeader) throws(ModelFileError) {
        var tensors: [String: Tensor] = [:]
        for (name, entry) in header.entries {
            tensors[name] = try Self.tensor(name, entry, in: file, from: header.dataStart)
        }
        self.init(tensors: tensors, metadata: header.metadata)
    }

    private static func tensor(
        _ name: String,
        _ entry: SafeTensorsHeader.Entry,
        in file: [UInt8],
        from start: Int
    ) throws(ModelFileError) -> Tensor {
        guard entry.dtype == "F32" else {
            let type = ModelFileError.quoted(entry.dtype)
            throw .badTensor(name: name, reason: "its type is \(type), only \"F32\" is read")
        }
        let byteCount = entry.offsets[1] - entry.offsets[0]
        guard let count = Tensor.count(of: entry.shape), count <= Int.max / 4,
            count * 4 == byteCount
        else {
            throw .badTensor(
                name: name,
                reason: "its shape \(entry.shape) doesn't fit its \(byteCount) bytes"
            )
        }
        let first = start + entry.offsets[0]
        var values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            file.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(buffer)
                    .copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: bytes[first..<first + byteCount])
                    )
            }
            filled = count
        }
        if 1.littleEndian != 1 {
            values = values.map {
                Float(bitPattern: UInt32(littleEndian: $0.bitPattern))
            }
        }
        try checkFinite(values, name: name)
        do {
            return try Tensor(shape: entry.shape, values: values)
        } catch {
            throw .badTensor(name: name, reason: error.description)
        }
    }

    /// Refuses numbers that would spoil every score without a word.
    static func checkFinite(_ values: [Float], name: String) throws(ModelFileError) {
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw .badTensor(name: name, reason: "element \(index) is \(values[index])")
        }
    }
}
