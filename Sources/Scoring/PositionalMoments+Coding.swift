internal import Tensors

extension PositionalMoments: Codable {
    private enum CodingKeys: String, CodingKey {
        case rows, columns, dimension, factors, images
        case sums, products, factorSums, factorProducts, crossProducts
    }

    /// Decodes moments; throws `DecodingError` where the sums are not of the shape.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let sizes = try [CodingKeys.rows, .columns, .dimension, .factors]
            .map { try container.decode(Int.self, forKey: $0) }
        let images = try container.decode(Int.self, forKey: .images)
        // Sizes far below this limit keep the products below from overflowing.
        guard sizes.prefix(3).allSatisfy({ (1...4096).contains($0) }),
            (0...65_536).contains(sizes[3]), images >= 0
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .rows,
                in: container,
                debugDescription: "no shape: \(sizes)"
            )
        }
        func sums<Number>(_ key: CodingKeys, like zeros: [Number]) throws -> [Number]
        where Number: BitwiseCopyable & Sendable {
            let found = try container.decode(PackedNumbers<Number>.self, forKey: key).numbers
            guard found.count == zeros.count else {
                throw DecodingError.dataCorruptedError(
                    forKey: key,
                    in: container,
                    debugDescription: "\(found.count) sums, expected \(zeros.count)"
                )
            }
            return found
        }
        self.init(rows: sizes[0], columns: sizes[1], dimension: sizes[2], factors: sizes[3])
        if images == 0 { return }
        self.images = images
        self.sums = try sums(.sums, like: self.sums)
        products = try sums(.products, like: products)
        factorSums = try sums(.factorSums, like: factorSums)
        factorProducts = try sums(.factorProducts, like: factorProducts)
        crossProducts = try sums(.crossProducts, like: crossProducts)
    }

    /// Encodes the sums as runs of bytes; none where no image was added.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rows, forKey: .rows)
        try container.encode(columns, forKey: .columns)
        try container.encode(dimension, forKey: .dimension)
        try container.encode(factors, forKey: .factors)
        try container.encode(images, forKey: .images)
        if images == 0 { return }
        try container.encode(PackedNumbers(sums), forKey: .sums)
        try container.encode(PackedNumbers(products), forKey: .products)
        try container.encode(PackedNumbers(factorSums), forKey: .factorSums)
        try container.encode(PackedNumbers(factorProducts), forKey: .factorProducts)
        try container.encode(PackedNumbers(crossProducts), forKey: .crossProducts)
    }
}
