internal import ModelFile
internal import Reports
internal import Scoring
internal import Tensors

/// A model from a file, ready to score.
struct LoadedModel {
    let stored: StoredModel
    let identity: ModelIdentity
    let model: AnomalyModel

    init(_ path: String) throws {
        let (stored, sha256) = try StoredModel.read(path)
        self.stored = stored
        identity = ModelIdentity(
            path: path,
            sha256: sha256,
            createdWith: stored.card.createdWith,
            seed: stored.card.seed,
            trainingImages: stored.card.training.images
        )
        model = AnomalyModel(parameters: stored.parameters, kernels: .best)
    }

    /// Loads a model several times: reading, checking and laying out for the kernels.
    static func measure(
        _ path: String,
        repetitions: Int
    ) throws -> (LoadedModel, [Measurement]) {
        var model = try LoadedModel(path)
        let times = try (0..<repetitions).map { _ in
            try seconds { model = try LoadedModel(path) } * 1e3
        }
        return (
            model,
            [Measurement("load and prepare", unit: "ms", .lessIsBetter, samples: times)]
        )
    }
}
