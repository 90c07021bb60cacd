internal import Dispatch
internal import Files
internal import Synchronization
internal import Tensors

extension SafeTensors {
    /// Reads the content of a safetensors file.
    ///
    /// Everything is checked: the header's length and JSON, each name, type, shape and place,
    /// that the tensors fill the file without gap or overlap, and that every number is finite.
    /// The digest that a ``ModelContainer`` ends with is passed by.
    ///
    /// - Throws: ``ModelFileError`` naming the part that is wrong.
    /// - Complexity: O(*n*) in the number of bytes, shared by all processors.
    public init(reading file: [UInt8]) throws(ModelFileError) {
        let file = FileContent(file)
        try self.init(reading: file, header: SafeTensorsHeader(reading: file))
    }

    /// Reads the tensors after the header, which the caller has read from the same bytes.
    ///
    /// Numbers in bfloat16 stay where they lie in a mapped file; all others are copied.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - header: Its header.
    ///   - unchecked: A type whose numbers the caller checks, with ``checkFinite(_:name:)``.
    /// - Throws: ``ModelFileError`` naming the tensor that is wrong.
    init(
        reading file: FileContent,
        header: SafeTensorsHeader,
        unchecked: Tensor.ElementType? = nil
    ) throws(ModelFileError) {
        let entries = header.entries
        let read = Mutex([Result<Tensor, ModelFileError>?](repeating: nil, count: entries.count))
        DispatchQueue.concurrentPerform(iterations: entries.count) { place in
            let (name, entry) = entries[place]
            let result = Result { () throws(ModelFileError) in
                let tensor = try Self.tensor(name, entry, in: file, from: header.dataStart)
                if tensor.elementType != unchecked { try Self.checkFinite(tensor, name: name) }
                return tensor
            }
            read.withLock { $0[place] = result }
        }
        var tensors: [String: Tensor] = [:]
        for ((name, _), result) in zip(entries, read.withLock { $0 }) {
            tensors[name] = try result?.get()
        }
        self.init(tensors: tensors, metadata: header.metadata)
    }

    private static func tensor(
        _ name: String,
        _ entry: SafeTensorsHeader.Entry,
        in file: FileContent,
        from start: Int
    ) throws(ModelFileError) -> Tensor {
        guard let type = Tensor.ElementType(rawValue: entry.dtype) else {
            let type = ModelFileError.quoted(entry.dtype)
            throw .badTensor(
                name: name,
                reason: "its type is \(type), only \"F32\" and \"BF16\" are read"
            )
        }
        let byteCount = entry.offsets[1] - entry.offsets[0]
        guard let count = Tensor.count(of: entry.shape), count <= Int.max / type.size,
            count * type.size == byteCount
        else {
            throw .badTensor(
                name: name,
                reason: "its shape \(entry.shape) doesn't fit its \(byteCount) bytes"
            )
        }
        let first = start + entry.offsets[0]
        let bytes = first..<first + byteCount
        do {
            return switch type {
            case .float32: try Tensor(shape: entry.shape, values: floats(bytes, of: file))
            case .bfloat16: try Tensor(shape: entry.shape, values: halves(bytes, of: file))
            }
        } catch {
            throw .badTensor(name: name, reason: error.description)
        }
    }

    private static func floats(_ range: Range<Int>, of file: FileContent) -> [Float] {
        let count = range.count / 4
        let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            file.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(buffer)
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[range]))
            }
            filled = count
        }
        if 1.littleEndian == 1 { return values }
        return values.map { Float(bitPattern: UInt32(littleEndian: $0.bitPattern)) }
    }

    private static func halves(_ range: Range<Int>, of file: FileContent) -> BFloat16Array {
        if 1.littleEndian == 1, let mapped = file.mapped, let start = mapped.baseAddress,
            UInt(bitPattern: start + range.lowerBound) % 2 == 0
        {
            return BFloat16Array(
                at: (start + range.lowerBound).assumingMemoryBound(to: UInt16.self),
                count: range.count / 2,
                keptBy: file
            )
        }
        return file.withUnsafeBytes { bytes in
            BFloat16Array(
                bitPatterns: (0..<range.count / 2).map { index in
                    UInt16(
                        littleEndian: bytes.loadUnaligned(
                            fromByteOffset: range.lowerBound + 2 * index,
                            as: UInt16.self
                        )
                    )
                }
            )
        }
    }

    /// Refuses numbers that would spoil every score without a word.
    static func checkFinite(_ tensor: Tensor, name: String) throws(ModelFileError) {
        if let (index, value) = tensor.firstNonFinite {
            throw .badTensor(name: name, reason: "element \(index) is \(value)")
        }
    }
}
