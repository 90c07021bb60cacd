internal import Patches
internal import Scoring
internal import SparseCoding
internal import Tensors

/// One pass over the images that learns the layers of one depth for a few encoders.
struct LayerPass {
    /// The depth, from 0.
    let level: Int
    /// Which of the groups of encoders.
    let group: Int
    /// The encoders, by their place in the declaration.
    let members: [Int]
    /// The layers learned so far, for all encoders.
    let layers: [[LayerParameters]]
    let survey: TrainingSurvey
    let options: TrainingOptions

    /// Gathers patches and learns the layers.
    ///
    /// - Parameter images: The images.
    /// - Returns: A layer per member.
    /// - Throws: ``RunError`` when no image can be used, `CancellationError`.
    func run(_ images: TrainingImages) async throws -> [LayerParameters] {
        let (seed, kernels, level) = (options.seed, options.kernels, level)
        let capacity =
            level == 0
            ? TrainingOptions.patchCapacity.first : TrainingOptions.patchCapacity.deeper
        // With few tiles many patches of each, with many tiles a few of each.
        let count = max(32, min(2000, 2 * capacity / max(1, images.layout.learnedCount)))
        let encoders = members.map { member in
            ImageEncoder(
                configuration: options.configuration.encoders[member],
                layers: layers[member].map { Layer(parameters: $0, kernels: kernels) }
            )
        }
        let samplers = encoders.map { encoder in
            let layer = encoder.configuration.layers[level]
            return PatchSampler(
                grid: PatchGrid(window: layer.window, stride: layer.stride),
                contrast: layer.contrast.map(ContrastNormalization.init(constant:))
            )
        }
        let channels = encoders.map { encoder in
            encoder.layers.last?.parameters.configuration.channels ?? survey.channels
        }
        var patches = LayerPatches(
            reservoirs: zip(samplers, channels).map { sampler, channels in
                Reservoir(
                    capacity: capacity,
                    columns: sampler.grid.depth(channels: channels),
                    seed: seed
                )
            }
        )
        let layout = images.layout
        let isFirst = images.seen == nil
        // Also where the step is pending: later groups of this program's shard need it.
        defer { if images.seen == nil { images.seen = patches.seen } }
        try await images.steps.step(
            "layer-\(level + 1)-\(group + 1)",
            &patches,
            takesOwn: isFirst,
            gather: { patches in
                var reservoirs: [Reservoir] = []
                swap(&reservoirs, &patches.reservoirs)
                try await images.pass(
                    named: "layer \(level + 1)",
                    only: layout.isLearned,
                    transform: { tile, image in
                        zip(encoders, samplers).enumerated().map { place, pair in
                            var generator = SeededGenerator(
                                seed: seed,
                                stream: UInt64(tile.number * 64 + level * 8 + place + 1)
                            )
                            return pair.1.sample(
                                count,
                                from: pair.0.topMap(of: image),
                                generator: &generator,
                                kernels: kernels
                            )
                        }
                    },
                    deliver: { tile, samples in
                        for (place, rows) in samples.enumerated() {
                            reservoirs[place].offer(rows, of: tile.number)
                        }
                    }
                )
                patches.reservoirs = reservoirs
                if isFirst { patches.seen = images.seen }
            },
            learn: { patches in
                if let seen = images.seen ?? patches.seen, seen.usable == 0 {
                    throw RunError.tooFewImages(
                        paths: options.ingest.roots.map(\.description),
                        usable: 0
                    )
                }
                let samples = patches.reservoirs.indices.map { patches.reservoirs[$0].takeRows() }
                patches.reservoirs = []
                try Task.checkCancellation()
                patches.learned = mapConcurrently(members.count, jobs: options.jobs) { place in
                    LayerParameters(
                        learning: encoders[place].configuration.layers[level],
                        inputChannels: channels[place],
                        samples: samples[place],
                        seed: seed,
                        kernels: kernels
                    )
                }
            }
        )
        return patches.learned
    }
}

/// Patches that layers are learned from, and the layers.
private struct LayerPatches: AdditiveStatistics {
    /// One for each encoder; none when the layers are learned.
    var reservoirs: [Reservoir]
    /// Of the first pass, which images can be used.
    var seen: ImagesSeen?
    /// The layers, when they are learned.
    var learned: [LayerParameters] = []

    init(reservoirs: [Reservoir]) { self.reservoirs = reservoirs }

    mutating func merge(_ other: LayerPatches) {
        for (place, reservoir) in other.reservoirs.enumerated() {
            reservoirs[place].merge(reservoir)
        }
        guard let more = other.seen else { return }
        if seen == nil { seen = more } else { seen?.merge(more) }
    }
}
