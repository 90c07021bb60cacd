internal import Scoring
internal import Tensors

/// What a learned model says of images that it was learned from.
///
/// A new image of normal kind scores higher than these, so they say nothing about the threshold, except where all images
/// are alike: held-out scores then differ by nothing but the samples that detectors happened to be learned from, and the
/// final detectors may put every image above them, and of images that people said are normal, which are not to be flagged.
struct SeenImages {
    let options: TrainingOptions
    /// Images that are left out, by their place in the walk.
    let trimmed: Set<Int>
    /// Images that a person said are normal, by their place in the walk.
    let vouched: Set<Int>

    /// Scores by the finished model.
    struct Scores {
        /// The median of the images that are looked at; nil where none can be read.
        let usual: Float?
        /// Of each image that a person said is normal, by its place.
        let vouched: [Int: Float]
    }

    /// The most images that the usual score is that of.
    static let most = 15

    /// Scores images that the model was learned from.
    ///
    /// - Parameters:
    ///   - parameters: What the model has learned.
    ///   - images: The images.
    /// - Returns: The usual score, and those of images that a person said are normal.
    /// - Throws: `CancellationError`.
    func scores(by parameters: ModelParameters, _ images: TrainingImages) async throws -> Scores {
        let model = AnomalyModel(parameters: parameters, kernels: options.kernels)
        let (trimmed, vouched) = (trimmed, vouched)
        let chosen = EvenSelection(count: images.total, most: Self.most)
        var seen = SeenScores()
        try await images.steps.step(
            "seen",
            &seen,
            gather: { seen in
                try await images.pass(
                    named: "images seen",
                    only: { tile in
                        vouched.contains(tile.image)
                            || chosen.includes(tile.image) && !trimmed.contains(tile.image)
                    },
                    transform: { _, image in model.assess(image).score },
                    deliver: { tile, score in
                        let known = seen.scores[tile.image] ?? -.infinity
                        // A score that is no number stays one.
                        seen.scores[tile.image] = score > known || score.isNaN ? score : known
                    }
                )
            }
        )
        let scores = seen.scores
        let sorted = scores.filter { chosen.includes($0.key) }.values.filter { !$0.isNaN }.sorted()
        return Scores(
            usual: sorted.isEmpty ? nil : sorted[sorted.count / 2],
            vouched: scores.filter { vouched.contains($0.key) }
        )
    }
}

/// The largest of the tiles' scores, by the place of the image.
private struct SeenScores: AdditiveStatistics {
    var scores: [Int: Float] = [:]

    mutating func merge(_ other: SeenScores) {
        scores.merge(other.scores) { known, _ in known }
    }
}
