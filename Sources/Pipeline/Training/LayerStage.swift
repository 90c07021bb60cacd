internal import Scoring
internal import SparseCoding

/// Learns the layers of all encoders, depth by depth, a few encoders in each pass.
struct LayerStage: Sendable {
    let options: TrainingOptions

    /// The passes over the images.
    var passes: Int { depth * groups }

    private var depth: Int { options.configuration.encoders.map(\.layers.count).max() ?? 0 }

    private var groups: Int {
        let per = TrainingOptions.encodersPerPass
        return (options.configuration.encoders.count + per - 1) / per
    }

    /// Learns.
    ///
    /// - Returns: The layers of each encoder, in the order of the declaration.
    func run(
        _ images: TrainingImages,
        survey: TrainingSurvey
    ) async throws -> [[LayerParameters]] {
        let configurations = options.configuration.encoders
        var layers = configurations.map { _ in [LayerParameters]() }
        for level in 0..<depth {
            for group in 0..<groups {
                let first = group * TrainingOptions.encodersPerPass
                let members = (first..<min(first + TrainingOptions.encodersPerPass, layers.count))
                    .filter { configurations[$0].layers.count > level }
                if members.isEmpty { continue }
                let pass = LayerPass(
                    level: level,
                    members: members,
                    layers: layers,
                    survey: survey,
                    options: options
                )
                for (member, learned) in zip(members, try await pass.run(images)) {
                    layers[member].append(learned)
                }
            }
        }
        return layers
    }
}
