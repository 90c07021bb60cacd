internal import Patches
internal import Scoring
internal import Tensors

/// The normal images, to be passed over several times.
///
/// Each pass walks the folders anew, so no list of images is held, and of the images no more than a fixed amount of memory
/// takes. An image is known by its place in the walk, and what is learned from it are its tiles, or all of it.
final class TrainingImages {
    let total: Int
    /// The sum of their names.
    private let names: UInt64
    /// The tiles of the images.
    let layout: TileLayout
    /// What is done of each step.
    let steps: TrainingSteps
    /// What the first pass found; of this program's shard until what all found is known.
    var seen: ImagesSeen?
    private let options: IngestOptions
    private let channels: Int
    private let configuration: ModelConfiguration
    private let jobs: Int
    private var passes: Int
    private let prepared: PreparedImages
    private let events: @Sendable (TrainingEvent) -> Void
    private var number = 0

    init(
        options: IngestOptions,
        channels: Int,
        configuration: ModelConfiguration,
        jobs: Int,
        total: Int,
        names: UInt64,
        layout: TileLayout,
        passes: Int,
        steps: TrainingSteps,
        keptBytes: Int,
        events: @escaping @Sendable (TrainingEvent) -> Void
    ) {
        self.options = options
        self.channels = channels
        self.configuration = configuration
        self.jobs = jobs
        self.total = total
        self.names = names
        self.layout = layout
        self.passes = passes
        self.steps = steps
        prepared = PreparedImages(limit: keptBytes)
        self.events = events
    }

    /// Makes room in the progress display for passes that were not foreseen.
    func allowPasses(_ more: Int) { passes += more }

    /// The path of an image by its place in the walk, for messages.
    func path(of place: Int) -> String {
        let rest = options.makeWalk().makeIterator()
        for _ in 0..<place { _ = rest.next() }
        return rest.next()?.relativePath.description ?? ""
    }

    /// Passes over the images' tiles: the transform runs concurrently, delivery is in order.
    ///
    /// - Parameters:
    ///   - name: For the progress display.
    ///   - chosen: Which tiles.
    ///   - transform: Takes a tile and what it shows, at the working size.
    ///   - deliver: Takes the tile and what the transform made.
    /// - Throws: `CancellationError`; ``RunError/inputsChanged(_:)`` when the images are not those of the first pass:
    ///   folds and what was learned so far go by their places.
    func pass<Output: Sendable>(
        named name: String,
        only chosen: @escaping @Sendable (TrainingTile) -> Bool,
        transform: @escaping @Sendable (TrainingTile, FeatureMap) -> Output,
        deliver: (TrainingTile, Output) -> Void
    ) async throws {
        number += 1
        events(.pass(name: name, number: number, of: passes))
        let (options, channels, layout, prepared) = (options, channels, layout, prepared)
        let (pixels, tiling) = (configuration.pixels, configuration.tiles)
        let shard = steps.shard
        var found = seen ?? ImagesSeen()
        let isFirst = seen == nil
        let (walk, sum) = (options.makeWalk(), NameSum())
        let parts = options.places(walk, of: shard, names: sum).lazy.flatMap { image, entry in
            layout.chunks(of: image, chosen: chosen).enumerated().map { part, tiles in
                Part(image: image, entry: entry, tiles: tiles, isFirst: part == 0)
            }
        }
        try await forEachOrdered(
            parts,
            jobs: jobs,
            transform: { part -> (part: Part, result: Result<[Output], ItemFailure>) in
                let result = Result { () throws(ItemFailure) in
                    let stamp = prepared.stamp(of: part.entry)
                    if let images = prepared.images(of: part.tiles, stamp: stamp) {
                        return zip(part.tiles, images).map(transform)
                    }
                    let loaded = try LoadedImage(
                        part.entry,
                        options: options,
                        channels: channels,
                        pixels: pixels,
                        tiling: tiling,
                        digest: false
                    )
                    let numbers = layout.numbers(of: part.image)
                    guard loaded.tiles.count == numbers.count else {
                        throw ItemFailure.changed(part.entry)
                    }
                    return part.tiles.map { tile in
                        let image = loaded.input(of: loaded.tiles[tile.number - numbers.lowerBound])
                        prepared.keep(image, of: tile, stamp: stamp)
                        return transform(tile, image)
                    }
                }
                return (part, result)
            },
            deliver: { item in
                let part = item.part
                switch item.result {
                case .success(let outputs):
                    if isFirst, part.isFirst { found.usable += 1 }
                    for (tile, output) in zip(part.tiles, outputs) { deliver(tile, output) }
                case .failure(let failure):
                    // What has learned from a part of an image can't do without the rest.
                    guard isFirst && part.isFirst || found.unusable.contains(part.image) else {
                        throw RunError.inputsChanged("\(failure.path): \(failure.detail)")
                    }
                    if isFirst, part.isFirst {
                        found.take(failure, place: part.image)
                        events(.skipped(failure))
                    }
                }
                events(.image(done: part.image + 1, of: total))
            }
        )
        guard walk.counts.entries == total else {
            throw RunError.inputsChanged("\(walk.counts.entries) files, \(total) before")
        }
        guard sum.value == names else {
            throw RunError.inputsChanged("\(total) files as before, but of other names")
        }
        seen = found
    }

    /// Images that could be used in the first pass.
    var usable: Int { seen?.usable ?? 0 }

    /// Images that could not, each named once.
    var failures: [ItemFailure] { seen?.failures.map(\.failure) ?? [] }

    /// A part of an image that is worked on at once.
    private struct Part: Sendable {
        let image: Int
        let entry: WalkEntry
        let tiles: [TrainingTile]
        /// Whether it is the image's first.
        let isFirst: Bool
    }
}

extension ItemFailure {
    /// The failure of an image whose size is not the one that it had when its header was read.
    fileprivate static func changed(_ entry: WalkEntry) -> ItemFailure {
        ItemFailure(
            stage: .read,
            code: Code(rawValue: "changed"),
            path: entry.relativePath.description,
            detail: "its size is not the one that it had before"
        )
    }
}
