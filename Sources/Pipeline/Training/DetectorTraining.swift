internal import Scoring
internal import SparseCoding
internal import Tensors

/// Learns and calibrates all detectors, a few encoders at a time, and leaves out images that are unlike the others.
struct DetectorTraining {
    let options: TrainingOptions
    let encoders: [ImageEncoder]
    let grid: PositionGrid
    let folding: Folding
    let region: RegionOfInterest?
    /// Images with defects that the user has.
    let defects: AnomalousImages?
    /// The places of images that are never left out: a person said that they are normal.
    let vouched: Set<Int>
    let events: @Sendable (TrainingEvent) -> Void

    /// What was learned.
    struct Learned {
        /// In the order of the declaration.
        let detectors: [DetectorParameters]
        /// Of the same detectors.
        var calibration: CrossFittedCalibration
        /// The maps of images with defects, per stage.
        var defective: [[Int: [Matrix]]]
        /// Which of the stages' detectors, counted through, comes first, second and so on.
        var order: [Int]
        /// Images that were left out, round by round, worst first.
        var trimmed: [TrimmedImage] = []
        /// Their places among the inputs.
        var leftOut: Set<Int> = []
    }

    /// How often images that are unlike the others are looked for; each time costs as much as the detectors do.
    static let trimmingRounds = 3

    /// An image that is unlike the others.
    private struct OddImage: Codable {
        /// Its place in the walk.
        let place: Int
        let image: TrimmedImage
    }

    /// Learns, and learns again without the images that turn out odd.
    func run(_ images: TrainingImages) async throws -> Learned {
        var trimmed: [TrimmedImage] = []
        var leftOut: Set<Int> = []
        // Odd images make each other look usual: when some are gone, others may show.
        for round in 1... {
            var learned: Learned?
            let odd = try await images.steps.result("round-\(round)-odd") {
                let all = try await learn(images, leavingOut: leftOut, round: round)
                learned = all
                let odd =
                    round > Self.trimmingRounds
                    ? [] : oddImages(of: images, in: all.calibration, leftOut: leftOut.count)
                for odd in odd { events(.trimmed(odd.image)) }
                return odd
            }
            if odd.isEmpty {
                // Known from before: what was learned is known too.
                if learned == nil {
                    learned = try await learn(images, leavingOut: leftOut, round: round)
                }
                if var learned {
                    learned.trimmed = trimmed
                    learned.leftOut = leftOut
                    return learned
                }
            }
            defects?.allowPasses(stages.count)
            images.allowPasses(stages.count * DetectorStage.passes(folding: folding))
            trimmed += odd.map(\.image)
            leftOut.formUnion(odd.map(\.place))
        }
        preconditionFailure("rounds have no end")
    }

    /// Images whose held-out scores are far above the others'; none of those that a person said are normal.
    private func oddImages(
        of images: TrainingImages,
        in calibration: CrossFittedCalibration,
        leftOut: Int
    ) -> [OddImage] {
        let scores = calibration.scores(fusion: options.configuration.fusion)
        let judged = scores.indices.filter { !vouched.contains(calibration.images[$0]) }
        return RobustTrimming().outliers(of: judged.map { scores[$0] }, leftOut: leftOut)
            .map { judged[$0] }
            .map { index in
                let place = calibration.images[index]
                return OddImage(
                    place: place,
                    image: TrimmedImage(path: images.path(of: place), score: scores[index])
                )
            }
    }

    private func learn(
        _ images: TrainingImages,
        leavingOut trimmed: Set<Int>,
        round: Int
    ) async throws -> Learned {
        let configuration = options.configuration
        var defective: [[Int: [Matrix]]] = []
        var detectors: [DetectorParameters] = []
        var parts: [CrossFittedCalibration] = []
        var places: [Int] = []
        try await images.steps.each(stages.enumerated()) { number, group in
            let (part, members) = configuration.reading(
                group.map { configuration.encoders[$0].name }
            )
            if members.isEmpty { return }
            let stage = DetectorStage(
                name: "round-\(round)-stage-\(number + 1)",
                configuration: part,
                encoders: group.map { encoders[$0] },
                grid: grid,
                folding: folding,
                trimmed: trimmed,
                region: region,
                options: options
            )
            let learned = try await stage.run(images)
            detectors += learned.detectors
            parts.append(learned.calibration)
            places += members
            if let defects {
                defective.append(
                    try await defects.maps(by: stage, detectors: learned.detectors)
                )
            }
        }
        let order = places.indices.sorted { places[$0] < places[$1] }
        return Learned(
            detectors: order.map { detectors[$0] },
            calibration: CrossFittedCalibration(joining: parts, order: order),
            defective: defective,
            order: order
        )
    }

    private var stages: [Range<Int>] { options.detectorStages }
}

extension TrainingOptions {
    /// The encoders whose detectors are learned at once, by their places in the declaration.
    var detectorStages: [Range<Int>] {
        let count = configuration.encoders.count
        return stride(from: 0, to: count, by: Self.encodersPerStage).map {
            $0..<min($0 + Self.encodersPerStage, count)
        }
    }
}
