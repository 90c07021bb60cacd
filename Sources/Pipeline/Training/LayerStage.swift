internal import Scoring
internal import SparseCoding

/// Learns the layers of all encoders, depth by depth, a few encoders in each pass.
struct LayerStage: Sendable {
    let options: TrainingOptions

    /// The passes over the images.
    var passes: Int {
        (0..<depth).reduce(0) { sum, level in
            sum + (0..<groups).count { !members(of: $0, at: level).isEmpty }
        }
    }

    private var depth: Int { options.configuration.encoders.map(\.layers.count).max() ?? 0 }

    private var groups: Int {
        let per = TrainingOptions.encodersPerPass
        return (options.configuration.encoders.count + per - 1) / per
    }

    /// The encoders of a group that have a layer at a level, by their places in the declaration.
    private func members(of group: Int, at level: Int) -> [Int] {
        let first = group * TrainingOptions.encodersPerPass
        let encoders = options.configuration.encoders
        return (first..<min(first + TrainingOptions.encodersPerPass, encoders.count))
            .filter { encoders[$0].layers.count > level }
    }

    /// Learns.
    ///
    /// - Returns: The layers of each encoder, in the order of the declaration.
    func run(
        _ images: TrainingImages,
        survey: TrainingSurvey
    ) async throws -> [[LayerParameters]] {
        var layers = options.configuration.encoders.map { _ in [LayerParameters]() }
        for level in 0..<depth {
            let known = layers
            try await images.steps.each(0..<groups) { group in
                let members = members(of: group, at: level)
                if members.isEmpty { return }
                let pass = LayerPass(
                    level: level,
                    group: group,
                    members: members,
                    layers: known,
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
