extension Matrix: Codable {
    /// Decodes a matrix; throws `DecodingError` where the numbers don't fill it.
    public init(from decoder: any Decoder) throws {
        self = try MatrixParts<Float>.decode(from: decoder) { parts throws(ShapeError) in
            try Matrix(rows: parts.rows, columns: parts.columns, elements: parts.elements.numbers)
        }
    }

    /// Encodes the numbers as one run of bytes.
    public func encode(to encoder: any Encoder) throws {
        try MatrixParts(rows: rows, columns: columns, elements: PackedNumbers(elements))
            .encode(to: encoder)
    }
}
