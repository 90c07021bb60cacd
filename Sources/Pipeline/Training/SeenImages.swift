internal import Scoring
internal import Tensors

/// What a learned model says of images that it was learned from.
///
/// A new image of normal kind scores higher than these, so they say nothing about the threshold, except where all images
/// are alike: held-out scores then differ by nothing but the samples that detectors happened to be learned from, and the
/// final detectors may put every image above them.
struct SeenImages {
    let options: TrainingOptions
    /// Images that are left out, by their place in the walk.
    let trimmed: Set<Int>

    /// The most images that are looked at.
    static let most = 15

    /// The usual score of images that the model was learned from.
    ///
    /// - Parameters:
    ///   - parameters: What the model has learned.
    ///   - images: The images.
    /// - Returns: The median score, or nil where none can be read.
    /// - Throws: `CancellationError`.
    func score(by parameters: ModelParameters, _ images: TrainingImages) async throws -> Float? {
        let model = AnomalyModel(parameters: parameters, kernels: options.kernels)
        let (trimmed, chosen) = (trimmed, EvenSelection(count: images.total, most: Self.most))
        // The largest of the tiles' scores, by the place of the image.
        var scores: [Int: Float] = [:]
        try await images.pass(
            named: "images seen",
            only: { chosen.includes($0.image) && !trimmed.contains($0.image) },
            transform: { _, image in model.assess(image).score },
            deliver: { tile, score in
                scores[tile.image] = max(score, scores[tile.image] ?? -.infinity)
            }
        )
        return scores.isEmpty ? nil : scores.values.sorted()[scores.count / 2]
    }
}
