internal import SparseCoding
public import Tensors

/// A learned model, ready to score images.
public struct AnomalyModel: Sendable {
    /// What the model has learned.
    public let parameters: ModelParameters
    private let bank: DetectorBank

    /// Prepares a model for one set of kernels.
    public init(parameters: ModelParameters, kernels: Kernels) {
        self.parameters = parameters
        let encoders = zip(parameters.configuration.encoders, parameters.layers)
            .map { configuration, layers in
                ImageEncoder(
                    configuration: configuration,
                    layers: layers.map { Layer(parameters: $0, kernels: kernels) }
                )
            }
        bank = DetectorBank(
            encoders: encoders,
            detectors: parameters.detectors,
            grid: parameters.grid,
            kernels: kernels
        )
    }

    /// What a model says of one image.
    public struct Assessment: Sendable, Equatable {
        /// The score, in standard deviations of normal images.
        public let score: Float
        /// The fused map that the score is taken from, in the same units, shape of the model's grid.
        public let map: Matrix
        /// The largest value of each detector's calibrated map, in the order of the detectors.
        public let peaks: [Float]
    }

    /// Scores an image.
    ///
    /// - Parameter image: Of the model's channels and at least its working size, in `[0, 1]`.
    public func assess(_ image: FeatureMap) -> Assessment {
        precondition(image.channels == parameters.channels, "the image has other channels")
        let maps = zip(bank.maps(of: image), parameters.calibrations)
            .map { map, calibration in calibration.standardize(map) }
        let fusion = parameters.configuration.fusion
        let fused = fusion.fuse(maps)
        return Assessment(
            score: fusion.score(fused),
            map: fused,
            peaks: maps.map { $0.elements.max() ?? 0 }
        )
    }
}

/// Encoders and the detectors that read them.
struct DetectorBank: Sendable {
    let encoders: [ImageEncoder]
    let detectors: [Detector]
    let grid: PositionGrid
    private let kernels: Kernels

    init(
        encoders: [ImageEncoder],
        detectors: [DetectorParameters],
        grid: PositionGrid,
        kernels: Kernels
    ) {
        self.encoders = encoders
        self.detectors = detectors.map { Detector($0, kernels: kernels) }
        self.grid = grid
        self.kernels = kernels
    }

    /// The map of each detector, in its own units.
    ///
    /// An encoder's responses are dropped before the next encoder runs.
    func maps(of image: FeatureMap) -> [Matrix] {
        var maps = [Matrix?](repeating: nil, count: detectors.count)
        for encoder in encoders {
            let readers = detectors.indices.filter {
                detectors[$0].parameters.configuration.encoder == encoder.configuration.name
            }
            if readers.isEmpty { continue }
            let responses = encoder.encode(image)
            var averages: [AveragedCodes.Key: FeatureMap] = [:]
            for index in readers {
                let configuration = detectors[index].parameters.configuration
                let response = responses[configuration.layer - 1]
                maps[index] = detectors[index].map(
                    of: response,
                    averaged: {
                        let key = AveragedCodes.Key(configuration)
                        if let known = averages[key] { return known }
                        let map = FeatureReduction.average(
                            response.codes,
                            window: key.window,
                            kernels: kernels
                        )
                        averages[key] = map
                        return map
                    },
                    grid: grid
                )
            }
        }
        return maps.compactMap { $0 }
    }
}

/// Averages of codes that several detectors may share.
enum AveragedCodes {
    struct Key: Hashable {
        let layer: Int
        let window: Int

        init(_ configuration: DetectorConfiguration) {
            layer = configuration.layer
            window = configuration.window
        }
    }
}
