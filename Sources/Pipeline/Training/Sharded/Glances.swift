internal import Digests
internal import Patches
internal import Tensors

/// What a shard has seen at first look, image by image, and what follows from all shards'.
///
/// Takes 52 bytes an image.
struct Glances: AdditiveStatistics {
    /// The inputs that the walk found, those of other shards included.
    var inputs = 0
    /// The sum of their names.
    var names: UInt64 = 0
    /// What they say together; nil before all shards are there.
    private(set) var survey: TrainingSurvey?
    /// The places of this shard's inputs.
    private var places: [UInt64] = []
    /// Width, height and channels of each; zeros where it can't be read.
    private var sizes: [UInt32] = []
    /// The bytes of each digest.
    private var digests: [UInt8] = []

    private enum CodingKeys: String, CodingKey {
        case inputs, names, survey, places, sizes, digests
    }

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        inputs = try container.decode(Int.self, forKey: .inputs)
        names = try container.decode(UInt64.self, forKey: .names)
        survey = try container.decodeIfPresent(TrainingSurvey.self, forKey: .survey)
        places = try container.decode(PackedNumbers<UInt64>.self, forKey: .places).numbers
        sizes = try container.decode(PackedNumbers<UInt32>.self, forKey: .sizes).numbers
        digests = try container.decode(PackedNumbers<UInt8>.self, forKey: .digests).numbers
        guard inputs >= 0, sizes.count == 3 * places.count, digests.count == 32 * places.count,
            places.allSatisfy({ $0 < UInt64(inputs) })
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .places,
                in: container,
                debugDescription: "the parts differ in length"
            )
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(inputs, forKey: .inputs)
        try container.encode(names, forKey: .names)
        try container.encodeIfPresent(survey, forKey: .survey)
        try container.encode(PackedNumbers(places), forKey: .places)
        try container.encode(PackedNumbers(sizes), forKey: .sizes)
        try container.encode(PackedNumbers(digests), forKey: .digests)
    }

    /// Takes an input; nil where it can't be read.
    mutating func append(_ glance: Glance?, at place: Int) {
        places.append(UInt64(place))
        let numbers = glance.map { [$0.width, $0.height, $0.channels] } ?? [0, 0, 0]
        sizes += numbers.map { UInt32(clamping: $0) }
        digests += glance?.digest.bytes ?? [UInt8](repeating: 0, count: 32)
    }

    mutating func merge(_ other: Glances) throws(ShardedTrainingError) {
        guard inputs == other.inputs else {
            throw .inputsDiffer("\(inputs) and \(other.inputs) files")
        }
        guard names == other.names else {
            throw .inputsDiffer("\(inputs) files each, but of other names")
        }
        places += other.places
        sizes += other.sizes
        digests += other.digests
    }

    /// Makes the survey of all inputs, the same as one machine's, and forgets the single ones.
    ///
    /// - Throws: ``ShardedTrainingError`` where shards do not make up all inputs.
    mutating func survey(tiling: Tiling?) throws(ShardedTrainingError) {
        let order = places.indices.sorted { places[$0] < places[$1] }
        guard order.count == inputs,
            order.enumerated().allSatisfy({ places[$0.element] == UInt64($0.offset) })
        else {
            throw .inputsDiffer("\(order.count) files in all shards, \(inputs) below the folders")
        }
        var all = TrainingSurvey()
        var hasher = SHA256Hasher()
        for index in order {
            all.take(glance(index), tiling: tiling, hasher: &hasher)
        }
        all.names = names
        all.digest = hasher.finalize().description
        survey = all
        (places, sizes, digests) = ([], [], [])
    }

    private func glance(_ index: Int) -> Glance? {
        let size = sizes[3 * index..<3 * index + 3].map { Int($0) }
        guard size[0] > 0,
            let digest = SHA256Digest(bytes: Array(digests[32 * index..<32 * index + 32]))
        else { return nil }
        return Glance(width: size[0], height: size[1], channels: size[2], digest: digest)
    }
}
