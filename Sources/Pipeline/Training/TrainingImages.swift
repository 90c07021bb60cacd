internal import Tensors

/// The normal images, to be passed over several times.
///
/// Each pass walks the folders anew, so no list of images is held. An image is known by its place in the walk.
final class TrainingImages {
    let total: Int
    /// Images that could be used in the first pass.
    private(set) var usable = 0
    /// Images that could not, each named once.
    private(set) var failures: [ItemFailure] = []
    private let options: IngestOptions
    private let channels: Int
    private let pixels: Int
    private let jobs: Int
    private var passes: Int
    private let events: @Sendable (TrainingEvent) -> Void
    private var number = 0
    /// The places of images that could not be used in the first pass.
    private var unusable: Set<Int> = []

    /// More failures than this are counted, not kept.
    static let failuresKept = 1000

    init(
        options: IngestOptions,
        channels: Int,
        pixels: Int,
        jobs: Int,
        total: Int,
        passes: Int,
        events: @escaping @Sendable (TrainingEvent) -> Void
    ) {
        self.options = options
        self.channels = channels
        self.pixels = pixels
        self.jobs = jobs
        self.total = total
        self.passes = passes
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

    /// Passes over the images: the transform runs concurrently, delivery is in order.
    ///
    /// - Parameters:
    ///   - name: For the progress display.
    ///   - chosen: Which images, by their place in the walk; all when nil.
    ///   - transform: Takes the place and the image at the working size.
    ///   - deliver: Takes the place and what the transform made.
    /// - Throws: `CancellationError`; ``RunError/inputsChanged(_:)`` when the images are not those of the first pass:
    ///   folds and what was learned so far go by their places.
    func pass<Output: Sendable>(
        named name: String,
        only chosen: (@Sendable (Int) -> Bool)? = nil,
        transform: @escaping @Sendable (Int, FeatureMap) -> Output,
        deliver: (Int, Output) -> Void
    ) async throws {
        number += 1
        events(.pass(name: name, number: number, of: passes))
        let (options, channels, pixels) = (options, channels, pixels)
        let isFirst = number == 1
        var done = 0
        let walk = options.makeWalk()
        try await forEachOrdered(
            walk.lazy.enumerated().filter { chosen?($0.offset) ?? true },
            jobs: jobs,
            transform: { item -> (index: Int, result: Result<Output, ItemFailure>) in
                let result = Result { () throws(ItemFailure) in
                    let loaded = try LoadedImage(
                        item.element,
                        options: options,
                        channels: channels,
                        pixels: pixels,
                        digest: false
                    )
                    return transform(item.offset, loaded.input)
                }
                return (item.offset, result)
            },
            deliver: { item in
                done += 1
                switch item.result {
                case .success(let output):
                    if isFirst { usable += 1 }
                    deliver(item.index, output)
                case .failure(let failure):
                    guard isFirst || unusable.contains(item.index) else {
                        throw RunError.inputsChanged("\(failure.path): \(failure.detail)")
                    }
                    if isFirst {
                        unusable.insert(item.index)
                        if failures.count < Self.failuresKept { failures.append(failure) }
                        events(.skipped(failure))
                    }
                }
                events(.image(done: done, of: total))
            }
        )
        guard walk.counts.entries == total else {
            throw RunError.inputsChanged("\(walk.counts.entries) files, \(total) before")
        }
    }
}
