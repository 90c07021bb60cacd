public import SparseCoding

/// Everything that a model has learned: the stored part of a model.
public struct ModelParameters: Sendable, Equatable {
    /// The declaration it was learned for.
    public let configuration: ModelConfiguration
    /// The channels of the images it reads: 1 (grey) or 3 (colour).
    public let channels: Int
    /// The positions of its maps.
    public let grid: PositionGrid
    /// The layers of each encoder, in the order of the declaration.
    public let layers: [[LayerParameters]]
    /// The detectors, in the order of the declaration.
    public let detectors: [DetectorParameters]
    /// The calibration of each detector's map.
    public let calibrations: [MapCalibration]
    /// The scores of held-out normal images.
    public let conformal: ConformalCalibration
    /// A learned read-out of the maps; nil where none was learned.
    public let head: MapHead?
    /// A network that has practised on painted defects; nil where there is none.
    public let network: NetworkDetector?

    /// Creates parameters from stored or learned parts.
    public init(
        configuration: ModelConfiguration,
        channels: Int,
        grid: PositionGrid,
        layers: [[LayerParameters]],
        detectors: [DetectorParameters],
        calibrations: [MapCalibration],
        conformal: ConformalCalibration,
        head: MapHead? = nil,
        network: NetworkDetector? = nil
    ) {
        self.configuration = configuration
        self.channels = channels
        self.grid = grid
        self.layers = layers
        self.detectors = detectors
        self.calibrations = calibrations
        self.conformal = conformal
        self.head = head
        self.network = network
    }

    /// The names of the maps that images are judged by: those of the detectors, and the network's.
    public var mapNames: [String] {
        configuration.detectors.map(\.name) + (network == nil ? [] : [NetworkDetector.name])
    }
}
