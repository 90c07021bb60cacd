internal import Digests
internal import ImageCodec
internal import Patches

/// What a first look at the normal images says: enough to lay out the model.
public struct TrainingSurvey: Sendable, Equatable {
    /// The inputs that the walk found, usable or not.
    public var inputs = 0
    /// The images whose header could be read.
    public var images = 0
    /// 3 when any image has colour, else 1.
    public var channels = 1
    /// The usual width over height: `sqrt(mean(width / height) / mean(height / width))`, which treats both sides alike; of
    /// tiles where images are divided.
    public var aspect: Double { tall > 0 ? (wide / tall).squareRoot() : 1 }
    /// The smallest width and height, in pixels.
    public var smallest = (width: Int.max, height: Int.max)
    /// The largest width and height, in pixels.
    public var largest = (width: 0, height: 0)
    /// SHA-256 over the SHA-256 of each image file below the roots, in order: the identity of the training set.
    public var digest = ""
    /// The sum of the inputs' names.
    var names: UInt64 = 0
    /// Where among the inputs the contents are that were looked for and found.
    var places: [SHA256Digest: [Int]] = [:]
    /// The tiles of each input where images are divided, in the order of the walk; none of those that can't be read.
    var tileCounts: [Int] = []
    /// The sums of width / height and of height / width.
    var wide = 0.0
    var tall = 0.0

    /// Two surveys are equal when everything that they found is.
    public static func == (left: TrainingSurvey, right: TrainingSurvey) -> Bool {
        left.inputs == right.inputs && left.images == right.images
            && left.channels == right.channels && left.aspect == right.aspect
            && left.smallest == right.smallest && left.largest == right.largest
            && left.digest == right.digest
    }

    /// Creates the survey of no inputs.
    init() {}

    /// Looks at the headers of all inputs.
    ///
    /// - Parameters:
    ///   - options: The inputs.
    ///   - jobs: The most inputs read at once.
    ///   - tiling: How images are divided; they are not when nil.
    ///   - contents: The digests of files to look for.
    /// - Returns: The survey; inputs that can't be read are counted only, the passes that follow name them.
    /// - Throws: `CancellationError`.
    static func run(
        _ options: IngestOptions,
        jobs: Int,
        tiling: Tiling? = nil,
        lookingFor contents: Set<SHA256Digest> = []
    ) async throws -> TrainingSurvey {
        var survey = TrainingSurvey()
        var hasher = SHA256Hasher()
        let names = NameSum()
        try await forEachOrdered(
            options.places(options.makeWalk(), of: nil, names: names),
            jobs: jobs,
            transform: { Glance(at: $0.element, options: options) },
            deliver: { glance in
                survey.take(glance, tiling: tiling, hasher: &hasher)
                if let glance, contents.contains(glance.digest) {
                    survey.places[glance.digest, default: []].append(survey.inputs - 1)
                }
            }
        )
        survey.digest = hasher.finalize().description
        survey.names = names.value
        return survey
    }

    /// Looks at the headers of the inputs of shards, or takes what shards have seen.
    ///
    /// - Throws: ``TrainingSteps/Pending``, ``ShardedTrainingError``, `CancellationError`.
    static func run(
        _ options: IngestOptions,
        jobs: Int,
        tiling: Tiling? = nil,
        steps: TrainingSteps
    ) async throws -> TrainingSurvey {
        if case .everything = steps.role {
            return try await run(options, jobs: jobs, tiling: tiling)
        }
        var gathered = Glances()
        try await steps.step(
            "survey",
            &gathered,
            gather: { glances in
                let (walk, names) = (options.makeWalk(), NameSum())
                try await forEachOrdered(
                    options.places(walk, of: steps.shard, names: names),
                    jobs: jobs,
                    transform: { ($0.offset, Glance(at: $0.element, options: options)) },
                    deliver: { place, glance in glances.append(glance, at: place) }
                )
                glances.inputs = walk.counts.entries
                glances.names = names.value
                // A folder that is not mounted here.
                guard glances.inputs > 0 else {
                    throw RunError.noImages(paths: options.roots.map(\.description))
                }
            },
            learn: { glances in
                try glances.survey(tiling: tiling)
                guard glances.survey?.images ?? 0 > 0 else {
                    throw RunError.tooFewImages(
                        paths: options.roots.map(\.description),
                        usable: 0
                    )
                }
            }
        )
        return gathered.survey ?? TrainingSurvey()
    }

    /// Takes the next input; nil where it can't be read.
    mutating func take(_ glance: Glance?, tiling: Tiling?, hasher: inout SHA256Hasher) {
        inputs += 1
        guard let glance else {
            if tiling != nil { tileCounts.append(0) }
            return
        }
        let (width, height) = (glance.width, glance.height)
        if let tiling { tileCounts.append(tiling.count(width: width, height: height)) }
        images += 1
        channels = max(channels, glance.channels)
        smallest = (min(smallest.width, width), min(smallest.height, height))
        largest = (max(largest.width, width), max(largest.height, height))
        // All tiles of an image have its first one's shape.
        let part = (
            width: Double(min(width, tiling?.side ?? width)),
            height: Double(min(height, tiling?.side ?? height))
        )
        wide += part.width / part.height
        tall += part.height / part.width
        hasher.update(glance.digest.bytes)
    }

    /// Takes the survey of inputs that come after these; the digest stays that of these.
    mutating func append(_ next: TrainingSurvey) {
        for (content, places) in next.places {
            self.places[content, default: []] += places.map { $0 + inputs }
        }
        inputs += next.inputs
        images += next.images
        channels = max(channels, next.channels)
        smallest = (
            min(smallest.width, next.smallest.width), min(smallest.height, next.smallest.height)
        )
        largest = (
            max(largest.width, next.largest.width), max(largest.height, next.largest.height)
        )
        names &+= next.names
        tileCounts += next.tileCounts
        wide += next.wide
        tall += next.tall
    }

    /// Which of the contents that were looked for are among the inputs.
    var known: Set<SHA256Digest> { Set(places.keys) }

    /// The tiles of the inputs that were found.
    func layout(tiling: Tiling?, seed: UInt64) -> TileLayout {
        tiling == nil ? TileLayout(inputs: inputs) : TileLayout(counts: tileCounts, seed: seed)
    }
}
