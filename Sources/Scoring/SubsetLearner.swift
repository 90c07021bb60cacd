internal import Patches
internal import Tensors

/// Learns the detectors of a model from the features of some of the normal images.
struct SubsetLearner: Sendable, Codable {
    private enum State: Sendable, Codable {
        case gaussian(ImageFactors?, PositionalMoments)
        case exemplars(Reservoir, count: Int)
        case dictionary
    }

    private enum CodingKeys: String, CodingKey {
        case reductions, factors, images, configuration, seed, states
    }

    let reductions: [FeatureReduction?]
    let factors: [ImageFactors?]
    private(set) var images = 0
    private let configuration: ModelConfiguration
    private let seed: UInt64
    private var states: [State]
    /// Features of each detector that wait to be added to its moments together.
    private var waiting: [Int: [DetectorFeatures]] = [:]

    /// Features that exemplars are learned from.
    static let exemplarCapacity = 8192
    /// Images whose features are added to the moments at once.
    private static let addedTogether = 8

    init(
        configuration: ModelConfiguration,
        grid: PositionGrid,
        reductions: [FeatureReduction?],
        factors: [ImageFactors?],
        seed: UInt64
    ) {
        self.configuration = configuration
        self.reductions = reductions
        self.factors = factors
        self.seed = seed
        states = configuration.detectors.indices.map { index in
            let detector = configuration.detectors[index]
            guard let reduction = reductions[index] else { return .dictionary }
            if case .exemplars(_, let count) = detector.method {
                return .exemplars(
                    Reservoir(
                        capacity: max(count, Self.exemplarCapacity),
                        columns: reduction.dimension,
                        seed: seed
                    ),
                    count: count
                )
            }
            return .gaussian(
                factors[index],
                PositionalMoments(
                    rows: grid.rows,
                    columns: grid.columns,
                    dimension: reduction.dimension,
                    factors: factors[index]?.count ?? 0
                )
            )
        }
    }

    /// Takes the features of an image: on the grid for Gaussians, at their own resolution for exemplars.
    mutating func offer(_ features: [DetectorFeatures?], tile: Int, kernels: Kernels) {
        images += 1
        for (index, features) in features.enumerated() {
            guard let features else { continue }
            switch states[index] {
            case .gaussian:
                waiting[index, default: []].append(features)
                if waiting[index]?.count == Self.addedTogether { settle(index, kernels: kernels) }
            case .exemplars(var reservoir, let count):
                // The state gives its storage up while it is changed, so that it is not copied.
                states[index] = .dictionary
                let map = features.map
                reservoir.offer(
                    Matrix(
                        rows: map.height * map.width,
                        columns: map.channels,
                        filledWith: map.elements
                    ),
                    of: tile
                )
                states[index] = .exemplars(reservoir, count: count)
            case .dictionary:
                break
            }
        }
    }

    /// Adds what waits to be added.
    mutating func settle(kernels: Kernels) {
        for index in states.indices { settle(index, kernels: kernels) }
    }

    private mutating func settle(_ index: Int, kernels: Kernels) {
        guard case .gaussian(let factors, var moments) = states[index],
            let features = waiting.removeValue(forKey: index)
        else { return }
        states[index] = .dictionary
        moments.add(features, kernels: kernels)
        states[index] = .gaussian(factors, moments)
    }

    /// Takes what was learned from other images with the same reductions; nothing may wait to be added.
    mutating func merge(_ other: SubsetLearner) {
        precondition(waiting.isEmpty && other.waiting.isEmpty, "features wait to be added")
        images += other.images
        for (index, more) in other.states.enumerated() {
            let state = states[index]
            states[index] = .dictionary
            switch (state, more) {
            case (.gaussian(let factors, var moments), .gaussian(_, let more)):
                moments.merge(more)
                states[index] = .gaussian(factors, moments)
            case (.exemplars(var reservoir, let count), .exemplars(let more, _)):
                reservoir.merge(more)
                states[index] = .exemplars(reservoir, count: count)
            case (.dictionary, .dictionary):
                break
            default:
                preconditionFailure("the detectors are of another kind")
            }
        }
    }

    /// The detectors; nothing may wait to be added.
    func detectors(kernels: Kernels) -> [DetectorParameters] {
        precondition(waiting.isEmpty, "features wait to be added")
        return zip(states, reductions).enumerated().map { index, pair in
            let normality: DetectorParameters.Normality
            switch pair {
            case (.gaussian(let factors, let moments), let reduction?):
                normality = .gaussian(
                    reduction,
                    factors,
                    PositionalGaussian(
                        [moments],
                        regularization: configuration.regularization
                    )
                )
            case (.exemplars(let reservoir, let count), let reduction?):
                normality = .exemplars(
                    reduction,
                    Exemplars(
                        learningFrom: reservoir.rows,
                        count: count,
                        seed: seed,
                        kernels: kernels
                    )
                )
            default:
                normality = .dictionary
            }
            return DetectorParameters(
                configuration: configuration.detectors[index],
                normality: normality
            )
        }
    }
}
