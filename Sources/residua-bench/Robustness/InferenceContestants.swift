internal import Files
internal import Pipeline
internal import Scoring
internal import SparseCoding
internal import Tensors

/// Models that differ in how their layers find codes, and in nothing else that is declared.
struct InferenceContestants {
    let set: PreparedSet
    /// An empty folder for the normal pictures.
    let folder: Folder
    let seed: UInt64
    let jobs: Int

    /// ReLU and soft threshold are one thing here: of a signed code each sign has an output of its own.
    static let inferences: [(name: String, inference: Inference)] = [
        ("ReLU", .thresholding), ("FISTA 3", .fista(iterations: 3)),
        ("FISTA 10", .fista(iterations: 10)), ("FISTA 30", .fista(iterations: 30)),
    ]

    /// The default model reduced to its two encoders of the middle scale.
    static func configuration(_ inference: Inference) -> ModelConfiguration {
        var (configuration, _) = ModelConfiguration.standard.reading([
            "structure-128", "contrast-128",
        ])
        for encoder in configuration.encoders.indices {
            for layer in configuration.encoders[encoder].layers.indices {
                configuration.encoders[encoder].layers[layer].inference = inference
            }
        }
        return configuration
    }

    /// Learns the models, one after the other.
    func learn(progress: (String) -> Void) async throws -> [Contestant] {
        try set.writeNormals(to: folder)
        var contestants: [Contestant] = []
        for (name, inference) in Self.inferences {
            progress("\(set.name): learning with \(name)")
            let options = TrainingOptions(
                ingest: IngestOptions(roots: [RawPath(folder.path)]),
                configuration: Self.configuration(inference),
                seed: seed,
                jobs: jobs
            )
            let result = try await TrainingRun(options: options).run()
            let model = AnomalyModel(parameters: result.parameters, kernels: .best)
            let densities = result.parameters.layers.flatMap { $0.map { Double($0.density) } }
            contestants.append(
                Contestant(
                    question: .inference,
                    name: name,
                    seed: seed,
                    density: densities.reduce(0, +) / Double(max(1, densities.count)),
                    threshold: result.threshold.value,
                    score: { model.assess($0).score }
                )
            )
        }
        return contestants
    }
}
