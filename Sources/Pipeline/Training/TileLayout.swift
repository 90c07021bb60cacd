internal import Scoring
internal import Tensors

/// The tiles of all inputs, in the order of the walk.
///
/// Takes four bytes of memory per input and one per tile; none where images are not divided.
struct TileLayout: Sendable {
    /// The number of tiles of all inputs.
    let count: Int
    /// The number of the first tile of each input, and ``count``; nil where each input is one tile.
    private let firsts: [UInt32]?
    /// The tiles that are learned from; nil for all.
    private let learned: [Bool]?

    /// The most tiles that are learned from, unless more are needed to take a few of each image.
    ///
    /// Beyond that more time buys little: each tile holds a thousand positions.
    static let learnedLimit = 4096
    /// The fewest tiles of an image, where it has so many.
    private static let fewest = 4
    /// The tiles of an input that are worked on at once: outputs of so many are held, and the image is decoded anew for each.
    private static let chunk = 32

    /// A layout of inputs that are not divided.
    init(inputs: Int) {
        count = inputs
        firsts = nil
        learned = nil
    }

    /// A layout of inputs that are divided.
    ///
    /// - Parameters:
    ///   - counts: The tiles of each input; none of those that can't be read.
    ///   - seed: Chooses the tiles that are learned from.
    init(counts: [Int], seed: UInt64) {
        var firsts: [UInt32] = [0]
        for count in counts { firsts.append((firsts.last ?? 0) + UInt32(clamping: count)) }
        let count = counts.reduce(0, +)
        var learned: [Bool]?
        if count > Self.learnedLimit {
            var chosen = [Bool](repeating: false, count: count)
            let quota = max(Self.fewest, Self.learnedLimit / counts.count)
            for (image, tiles) in counts.enumerated() {
                // Selection sampling: each of those left is as likely as any other.
                var generator = SeededGenerator(seed: seed, stream: 0x71_0000_0000 &+ UInt64(image))
                var wanted = min(quota, tiles)
                for tile in 0..<tiles where generator.next(below: tiles - tile) < wanted {
                    chosen[Int(firsts[image]) + tile] = true
                    wanted -= 1
                }
            }
            learned = chosen
        }
        self.count = count
        self.firsts = firsts
        self.learned = learned
    }

    /// The number of tiles that are learned from.
    var learnedCount: Int { learned.map { $0.count { $0 } } ?? count }

    /// Whether a tile is learned from, not only scored.
    func isLearned(_ tile: TrainingTile) -> Bool { learned?[tile.number] ?? true }

    /// The numbers of the tiles of an input.
    func numbers(of image: Int) -> Range<Int> {
        guard let firsts else { return image..<image + 1 }
        // A walk that finds more than before is told from its end.
        guard image + 1 < firsts.count else { return 0..<0 }
        return Int(firsts[image])..<Int(firsts[image + 1])
    }

    /// The tiles of an input that are worked on at once, chosen ones only.
    ///
    /// - Parameters:
    ///   - image: The place of the input.
    ///   - chosen: Which tiles; all when nil.
    /// - Returns: Parts with at least one tile; one without any for an input that has none where all are chosen: it has yet
    ///   to be named as unreadable.
    func chunks(of image: Int, chosen: (TrainingTile) -> Bool) -> [[TrainingTile]] {
        let numbers = numbers(of: image)
        if numbers.isEmpty { return [[]] }
        let tiles = numbers.lazy.map { TrainingTile(image: image, number: $0) }.filter(chosen)
        let all = Array(tiles)
        return stride(from: 0, to: all.count, by: Self.chunk).map { first in
            Array(all[first..<min(first + Self.chunk, all.count)])
        }
    }
}
