internal import Patches
internal import Tensors

/// Learns the detectors of a model from the features of some of the normal images.
struct SubsetLearner: Sendable {
    private enum State: Sendable {
        case gaussian(PositionalMoments)
        case exemplars(Reservoir, count: Int)
        case dictionary
    }

    let reductions: [FeatureReduction?]
    private(set) var images = 0
    private let configuration: ModelConfiguration
    private let seed: UInt64
    private var states: [State]

    /// Features that exemplars are learned from.
    static let exemplarCapacity = 8192

    init(
        configuration: ModelConfiguration, grid: PositionGrid, reductions: [FeatureReduction?],
        seed: UInt64
    ) {
        self.configuration = configuration
        self.reductions = reductions
        self.seed = seed
        states = zip(configuration.detectors, reductions).map { detector, reduction in
            guard let reduction else { return .dictionary }
            if case .exemplars(_, let count) = detector.method {
                return .exemplars(
                    Reservoir(
                        capacity: max(count, Self.exemplarCapacity), columns: reduction.dimension,
                        seed: seed),
                    count: count)
            }
            return .gaussian(
                PositionalMoments(
                    rows: grid.rows, columns: grid.columns, dimension: reduction.dimension))
        }
    }

    /// Takes the features of an image: on the grid for Gaussians, at their own resolution for exemplars.
    mutating func offer(_ features: [FeatureMap?], kernels: Kernels) {
        images += 1
        for (index, features) in features.enumerated() {
            guard let features else { continue }
            // The state gives its storage up while it is changed, so that it is not copied.
            let state = states[index]
            states[index] = .dictionary
            switch state {
            case .gaussian(var moments):
                moments.add(features, kernels: kernels)
                states[index] = .gaussian(moments)
            case .exemplars(var reservoir, let count):
                reservoir.offer(
                    Matrix(
                        rows: features.height * features.width, columns: features.channels,
                        filledWith: features.elements))
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
            case (.gaussian(let moments), let reduction?):
                normality = .gaussian(
                    reduction,
                    PositionalGaussian(
                        [moments], regularization: configuration.regularization))
            case (.exemplars(let reservoir, let count), let reduction?):
                normality = .exemplars(
                    reduction,
                    Exemplars(
                        learningFrom: reservoir.rows, count: count, seed: seed, kernels: kernels))
            default:
                normality = .dictionary
            }
            return DetectorParameters(
                configuration: configuration.detectors[index], normality: normality)
        }
    }
}
