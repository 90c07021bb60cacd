internal import SparseCoding
internal import Tensors

/// What a detector has learned.
public struct DetectorParameters: Sendable, Equatable, Codable {
    /// What normal features are.
    public enum Normality: Sendable, Equatable, Codable {
        /// A Gaussian per position, conditional on the factors of the image where there are any.
        case gaussian(FeatureReduction, ImageFactors?, PositionalGaussian)
        /// Typical feature vectors.
        case exemplars(FeatureReduction, Exemplars)
        /// Nothing beyond the layer's own dictionary.
        case dictionary
    }

    /// The declaration.
    public let configuration: DetectorConfiguration
    /// What normal features are.
    public let normality: Normality

    /// Creates parameters from stored or learned parts.
    public init(configuration: DetectorConfiguration, normality: Normality) {
        self.configuration = configuration
        self.normality = normality
    }

    /// How averaged codes become features; nil where the detector needs none.
    var reduction: FeatureReduction? {
        switch normality {
        case .gaussian(let reduction, _, _), .exemplars(let reduction, _): reduction
        case .dictionary: nil
        }
    }
}

/// A learned detector, ready to map features.
struct Detector: Sendable {
    private let parameters: DetectorParameters
    private let kernels: Kernels
    private let exemplars: PreparedExemplars?

    init(_ parameters: DetectorParameters, kernels: Kernels) {
        self.parameters = parameters
        self.kernels = kernels
        if case .exemplars(_, let exemplars) = parameters.normality {
            self.exemplars = PreparedExemplars(exemplars, kernels: kernels)
        } else {
            exemplars = nil
        }
    }

    /// How unusual each position is, in the method's own units.
    ///
    /// - Parameters:
    ///   - features: The reduced features at their own resolution; nil where the detector needs none.
    ///   - response: The response of the layer that the detector reads; needed without features only.
    ///   - grid: The size of the map.
    /// - Returns: At least 0, shape `[grid.rows, grid.columns]`.
    func map(features: FeatureMap?, response: LayerResponse?, grid: PositionGrid) -> Matrix {
        switch (parameters.normality, features) {
        case (.gaussian(_, let factors, let gaussian), let features?):
            return gaussian.distances(
                of: grid.resample(features),
                factors: factors?.codes(of: features, kernels: kernels) ?? [],
                kernels: kernels
            )
        case (.exemplars, let features?):
            let rows = Matrix(
                rows: features.height * features.width,
                columns: features.channels,
                filledWith: features.elements
            )
            let distances = exemplars?.nearest(to: rows).distances ?? []
            return grid.resample(
                Matrix(rows: features.height, columns: features.width, filledWith: distances)
            )
        default:
            guard let response else {
                preconditionFailure("neither features nor the layer's response are there")
            }
            guard parameters.configuration.method == .energy else {
                return grid.resample(response.reconstructionError)
            }
            guard let energy = response.energy else {
                preconditionFailure("the layer was not asked for its energy")
            }
            return grid.resample(energy)
        }
    }
}
