internal import Tensors

extension Reservoir: Codable {
    private enum CodingKeys: String, CodingKey {
        case capacity, seen, columns, seed, elements, places
    }

    /// Decodes a reservoir; throws `DecodingError` where its parts don't fit together.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let capacity = try container.decode(Int.self, forKey: .capacity)
        let columns = try container.decode(Int.self, forKey: .columns)
        guard (1...1 << 24).contains(capacity), (1...1 << 20).contains(columns) else {
            throw DecodingError.dataCorruptedError(
                forKey: .capacity,
                in: container,
                debugDescription: "no size of a reservoir: \(capacity) rows of \(columns)"
            )
        }
        self.init(
            capacity: capacity,
            columns: columns,
            seed: try container.decode(UInt64.self, forKey: .seed)
        )
        let elements = try container.decode(PackedNumbers<Float>.self, forKey: .elements).numbers
        let places = try container.decode(PackedNumbers<UInt64>.self, forKey: .places).numbers
        let count = places.count / 3
        guard count <= capacity, places.count == 3 * count,
            elements.count == count * columns
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .places,
                in: container,
                debugDescription: "places and rows differ in number"
            )
        }
        for slot in 0..<count {
            keep(
                Place(
                    key: places[3 * slot],
                    item: Int(truncatingIfNeeded: places[3 * slot + 1]),
                    row: Int(truncatingIfNeeded: places[3 * slot + 2])
                ),
                elements[slot * columns..<(slot + 1) * columns]
            )
        }
        seen = try container.decode(Int.self, forKey: .seen)
    }

    /// Encodes what is kept, slot by slot.
    public func encode(to encoder: any Encoder) throws {
        var places = [UInt64](repeating: 0, count: 3 * kept.count)
        for place in kept {
            places[3 * place.slot] = place.key
            places[3 * place.slot + 1] = UInt64(bitPattern: Int64(place.item))
            places[3 * place.slot + 2] = UInt64(bitPattern: Int64(place.row))
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(capacity, forKey: .capacity)
        try container.encode(seen, forKey: .seen)
        try container.encode(columns, forKey: .columns)
        try container.encode(seed, forKey: .seed)
        try container.encode(PackedNumbers(elements), forKey: .elements)
        try container.encode(PackedNumbers(places), forKey: .places)
    }
}
