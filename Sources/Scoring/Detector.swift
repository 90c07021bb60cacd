internal import SparseCoding
internal import Tensors

/// What a detector has learned.
public struct DetectorParameters: Sendable, Equatable {
    /// What normal features are.
    public enum Normality: Sendable, Equatable {
        /// A Gaussian per position.
        case gaussian(FeatureReduction, PositionalGaussian)
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
}

/// A learned detector, ready to map images.
struct Detector: Sendable {
    let parameters: DetectorParameters
    private let kernels: Kernels
    private let reduction: PreparedReduction?
    private let exemplars: PreparedExemplars?

    init(_ parameters: DetectorParameters, kernels: Kernels) {
        self.parameters = parameters
        self.kernels = kernels
        switch parameters.normality {
        case .gaussian(let reduction, _):
            self.reduction = PreparedReduction(reduction, kernels: kernels)
            exemplars = nil
        case .exemplars(let reduction, let exemplars):
            self.reduction = PreparedReduction(reduction, kernels: kernels)
            self.exemplars = PreparedExemplars(exemplars, kernels: kernels)
        case .dictionary:
            reduction = nil
            exemplars = nil
        }
    }

    /// How unusual each position is, in the method's own units.
    ///
    /// - Parameters:
    ///   - response: The response of the layer that the detector reads.
    ///   - averaged: The averaged codes of that layer.
    ///   - grid: The size of the map.
    /// - Returns: At least 0, shape `[grid.rows, grid.columns]`.
    func map(
        of response: LayerResponse,
        averaged: () -> FeatureMap,
        grid: PositionGrid
    ) -> Matrix {
        switch parameters.normality {
        case .gaussian(_, let gaussian):
            let features = reduced(averaged())
            return gaussian.distances(of: grid.resample(features), kernels: kernels)
        case .exemplars:
            let features = reduced(averaged())
            let rows = Matrix(
                rows: features.height * features.width,
                columns: features.channels,
                filledWith: features.elements
            )
            let distances = exemplars?.nearest(to: rows).distances ?? []
            return grid.resample(
                Matrix(rows: features.height, columns: features.width, filledWith: distances)
            )
        case .dictionary:
            return grid.resample(response.reconstructionError)
        }
    }

    private func reduced(_ averaged: FeatureMap) -> FeatureMap {
        reduction?.apply(to: averaged) ?? averaged
    }
}

/// The grid of positions, relative to the image, on which all maps of a model are compared.
public struct PositionGrid: Sendable, Equatable, Codable {
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int

    /// Creates a grid.
    public init(rows: Int, columns: Int) {
        precondition(rows > 0 && columns > 0, "a grid has positions")
        self.rows = rows
        self.columns = columns
    }

    /// The most rows or columns that a model has.
    public static let maximumSide = 4096

    /// A grid of about so many positions that are square on images of an aspect ratio.
    ///
    /// Sides are in `4...maximumSide`; where that leaves no square positions they are stretched.
    ///
    /// - Parameters:
    ///   - positions: The wanted number, in `16...65536`.
    ///   - aspect: Width over height of the images.
    public init(positions: Int, aspect: Double) {
        let wanted = Double(positions)
        let shortest = max(4, (wanted / Double(Self.maximumSide)).rounded(.up))
        let square = (wanted / aspect).squareRoot().rounded()
        let rows = max(shortest, min(square, (wanted / shortest).rounded(.down)))
        self.init(rows: Int(rows), columns: max(4, Int((wanted / rows).rounded())))
    }

    func resample(_ map: FeatureMap) -> FeatureMap {
        map.height == rows && map.width == columns
            ? map : Resampler(height: rows, width: columns).resample(map)
    }

    func resample(_ map: Matrix) -> Matrix {
        let resampled = resample(
            FeatureMap(
                height: map.rows,
                width: map.columns,
                channels: 1,
                filledWith: map.elements
            )
        )
        return Matrix(rows: rows, columns: columns, filledWith: resampled.elements)
    }
}
