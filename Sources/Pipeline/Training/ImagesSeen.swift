/// What the first pass over the images found: which can be used.
struct ImagesSeen: Sendable, Codable {
    /// An image that can't be used.
    struct Failure: Sendable, Codable {
        let place: Int
        let failure: ItemFailure
    }

    /// The number of images that can be used.
    var usable = 0
    /// The places of those that can't.
    private(set) var unusable: Set<Int> = []
    /// The first of them, in the order of the walk.
    private(set) var failures: [Failure] = []

    /// More failures than this are counted, not kept.
    static let failuresKept = 1000

    /// Takes an image that can't be used.
    mutating func take(_ failure: ItemFailure, place: Int) {
        unusable.insert(place)
        if failures.count < Self.failuresKept {
            failures.append(Failure(place: place, failure: failure))
        }
    }

    /// Takes what was found among the images of another shard.
    mutating func merge(_ other: ImagesSeen) {
        usable += other.usable
        unusable.formUnion(other.unusable)
        failures = Array(
            (failures + other.failures).sorted { $0.place < $1.place }.prefix(Self.failuresKept)
        )
    }
}
