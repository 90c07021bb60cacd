/// A matrix as it is encoded: its numbers are one run of bytes.
struct MatrixParts<Number: BitwiseCopyable & Sendable>: Codable {
    let rows: Int
    let columns: Int
    let elements: PackedNumbers<Number>

    /// Decodes the parts and makes a matrix of them.
    ///
    /// - Throws: `DecodingError`, also where the numbers don't fill the matrix.
    static func decode<Result>(
        from decoder: any Decoder,
        make: (MatrixParts) throws(ShapeError) -> Result
    ) throws -> Result {
        let parts = try MatrixParts(from: decoder)
        let sides = 0...1 << 31
        guard sides.contains(parts.rows), sides.contains(parts.columns) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no sides of a matrix")
            )
        }
        do throws(ShapeError) {
            return try make(parts)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(error)")
            )
        }
    }
}
