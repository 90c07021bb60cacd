extension BFloat16Matrix: Codable {
    /// Decodes a matrix; throws `DecodingError` where the numbers don't fill it.
    public init(from decoder: any Decoder) throws {
        self = try MatrixParts<UInt16>.decode(from: decoder) { parts throws(ShapeError) in
            try BFloat16Matrix(
                rows: parts.rows,
                columns: parts.columns,
                elements: BFloat16Array(bitPatterns: parts.elements.numbers)
            )
        }
    }

    /// Encodes the numbers' bits as one run of bytes.
    public func encode(to encoder: any Encoder) throws {
        let bits = unsafe elements.withUnsafeBufferPointer { unsafe Array($0) }
        try MatrixParts(rows: rows, columns: columns, elements: PackedNumbers(bits))
            .encode(to: encoder)
    }
}
