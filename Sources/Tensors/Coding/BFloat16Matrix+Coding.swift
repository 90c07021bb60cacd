extension BFloat16Matrix: Codable {
    private enum CodingKeys: String, CodingKey {
        case rows, columns, elements
    }

    /// Decodes a matrix; throws `DecodingError` where the numbers don't fill it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let rows = try container.decode(Int.self, forKey: .rows)
        let columns = try container.decode(Int.self, forKey: .columns)
        let bits = try container.decode(PackedNumbers<UInt16>.self, forKey: .elements).numbers
        do {
            try self.init(
                rows: rows,
                columns: columns,
                elements: BFloat16Array(bitPatterns: bits)
            )
        } catch {
            throw DecodingError.dataCorruptedError(
                forKey: .elements,
                in: container,
                debugDescription: "\(error)"
            )
        }
    }

    /// Encodes the numbers as one run of bytes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rows, forKey: .rows)
        try container.encode(columns, forKey: .columns)
        let bits = unsafe elements.withUnsafeBufferPointer { unsafe Array($0) }
        try container.encode(PackedNumbers(bits), forKey: .elements)
    }
}
