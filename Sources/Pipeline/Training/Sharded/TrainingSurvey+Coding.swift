internal import Tensors

/// The survey as shards share it: there are no labelled images, so no places of contents.
extension TrainingSurvey: Codable {
    private enum CodingKeys: String, CodingKey {
        case inputs, images, channels, smallest, largest, digest, names, tileCounts, wide, tall
    }

    /// Decodes a survey; throws `DecodingError` where sizes are missing.
    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func size(_ key: CodingKeys) throws -> (width: Int, height: Int) {
            let sides = try container.decode([Int].self, forKey: key)
            guard sides.count == 2 else {
                throw DecodingError.dataCorruptedError(
                    forKey: key,
                    in: container,
                    debugDescription: "\(sides.count) sides"
                )
            }
            return (sides[0], sides[1])
        }
        inputs = try container.decode(Int.self, forKey: .inputs)
        images = try container.decode(Int.self, forKey: .images)
        channels = try container.decode(Int.self, forKey: .channels)
        smallest = try size(.smallest)
        largest = try size(.largest)
        digest = try container.decode(String.self, forKey: .digest)
        names = try container.decode(UInt64.self, forKey: .names)
        tileCounts = try container.decode(PackedNumbers<Int>.self, forKey: .tileCounts).numbers
        wide = try container.decode(Double.self, forKey: .wide)
        tall = try container.decode(Double.self, forKey: .tall)
    }

    /// Encodes everything but places of contents.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(inputs, forKey: .inputs)
        try container.encode(images, forKey: .images)
        try container.encode(channels, forKey: .channels)
        try container.encode([smallest.width, smallest.height], forKey: .smallest)
        try container.encode([largest.width, largest.height], forKey: .largest)
        try container.encode(digest, forKey: .digest)
        try container.encode(names, forKey: .names)
        try container.encode(PackedNumbers(tileCounts), forKey: .tileCounts)
        try container.encode(wide, forKey: .wide)
        try container.encode(tall, forKey: .tall)
    }
}
