internal import Patches
internal import Tensors

/// Learns the detectors of a model from the features of some of the normal images.
struct SubsetLearner: Sendable {
    private enum State: Sendable {
        /// With images that wait to be added together.
        case gaussian(ImageFactors?, PositionalMoments, waiting: [DetectorFeatures])
        case exemplars(Reservoir, count: Int)
        case dictionary
    }

    let reductions: [FeatureReduction?]
    let factors: [ImageFactors?]
    private(set) var images = 0
    private let configuration: ModelConfiguration
    private let seed: UInt64
    private var states: [State]

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
                ),
                waiting: []
            )
        }
    }

    /// Takes the features of an image: on the grid for Gaussians, at their own resolution for exemplars.
    mutating func offer(_ features: [DetectorFeatures?], tile: Int, kernels: Kernels) {
        images += 1
        for (index, features) in features.enumerated() {
            guard let features else { continue }
            // The state gives its storage up while it is changed, so that it is not copied.
            let state = states[index]
            states[index] = .dictionary
            switch state {
            case .gaussian(let factors, var moments, var waiting):
                waiting.append(features)
                if waiting.count == Self.addedTogether {
                    moments.add(waiting, kernels: kernels)
                    waiting = []
                }
                states[index] = .gaussian(factors, moments, waiting: waiting)
            case .exemplars(var reservoir, let count):
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

    /// The detectors.
    func detectors(kernels: Kernels) -> [DetectorParameters] {
        zip(states, reductions).enumerated().map { index, pair in
            let normality: DetectorParameters.Normality
            switch pair {
            case (.gaussian(let factors, var moments, let waiting), let reduction?):
                moments.add(waiting, kernels: kernels)
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
