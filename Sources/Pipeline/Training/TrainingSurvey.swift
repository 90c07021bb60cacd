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
    /// Where among the inputs the contents are that were looked for and found.
    var places: [SHA256Digest: [Int]] = [:]
    /// The tiles of each input where images are divided, in the order of the walk; none of those that can't be read.
    var tileCounts: [Int] = []
    /// The sums of width / height and of height / width.
    private var wide = 0.0
    private var tall = 0.0

    /// Two surveys are equal when everything that they found is.
    public static func == (left: TrainingSurvey, right: TrainingSurvey) -> Bool {
        left.inputs == right.inputs && left.images == right.images
            && left.channels == right.channels && left.aspect == right.aspect
            && left.smallest == right.smallest && left.largest == right.largest
            && left.digest == right.digest
    }

    struct Glance: Sendable {
        let header: ImageHeader
        let digest: SHA256Digest
    }

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
        try await forEachOrdered(
            options.makeWalk(),
            jobs: jobs,
            transform: { entry -> Glance? in
                guard let bytes = try? LoadedImage.bytes(of: entry, options: options),
                    let header = try? ImageReader.header(of: bytes, limits: options.limits)
                else { return nil }
                return Glance(header: header, digest: SHA256Digest(of: bytes))
            },
            deliver: { glance in
                survey.inputs += 1
                guard let glance else {
                    if tiling != nil { survey.tileCounts.append(0) }
                    return
                }
                let (width, height) = (glance.header.orientedWidth, glance.header.orientedHeight)
                if let tiling {
                    survey.tileCounts.append(tiling.count(width: width, height: height))
                }
                survey.images += 1
                survey.channels = max(survey.channels, glance.header.channels)
                survey.smallest = (
                    min(survey.smallest.width, width), min(survey.smallest.height, height)
                )
                survey.largest = (
                    max(survey.largest.width, width), max(survey.largest.height, height)
                )
                // All tiles of an image have its first one's shape.
                let part = (
                    width: Double(min(width, tiling?.side ?? width)),
                    height: Double(min(height, tiling?.side ?? height))
                )
                survey.wide += part.width / part.height
                survey.tall += part.height / part.width
                hasher.update(glance.digest.bytes)
                if contents.contains(glance.digest) {
                    survey.places[glance.digest, default: []].append(survey.inputs - 1)
                }
            }
        )
        survey.digest = hasher.finalize().description
        return survey
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
