internal import SparseCoding
public import Tensors

/// A learned model, ready to score images.
public struct AnomalyModel: Sendable {
    /// What the model has learned.
    public let parameters: ModelParameters
    private let bank: DetectorBank
    private let network: NetworkReader?
    /// The places of the detectors that see the most pixels.
    private let finest: [Int]

    /// Prepares a model for one set of kernels, on all processors: the first image waits for it.
    public init(parameters: ModelParameters, kernels: Kernels) {
        self.parameters = parameters
        let learned = parameters.layers.flatMap(\.self)
        var layers = mapConcurrently(learned.count, jobs: max(1, learned.count)) {
            Layer(parameters: learned[$0], kernels: kernels)
        }[...]
        let encoders = zip(parameters.configuration.encoders, parameters.layers)
            .map { configuration, own in
                defer { layers = layers.dropFirst(own.count) }
                return ImageEncoder(
                    configuration: configuration,
                    layers: Array(layers.prefix(own.count))
                )
            }
        finest = parameters.configuration.finestDetectors
        network = parameters.network.map {
            NetworkReader(
                configuration: $0.configuration,
                parameters: $0.parameters,
                grid: parameters.grid,
                kernels: kernels
            )
        }
        bank = DetectorBank(
            encoders: encoders,
            sets: [parameters.detectors],
            grid: parameters.grid,
            kernels: kernels
        )
    }

    /// What a model says of one image.
    public struct Assessment: Sendable, Equatable {
        /// The score, in standard deviations of normal images, or of the image where the fusion is relative.
        public let score: Float
        /// Where the image stands out, in the units of the score, shape of the model's grid.
        ///
        /// The fused map sharpened by the finest scale; the score is the mean of its top share.
        public let map: Matrix
        /// The largest value of each calibrated map, in standard deviations of normal images, in the order of ``ModelParameters/mapNames``.
        public let peaks: [Float]
        /// The values of the calibrated maps where ``map`` is highest, at the first such place, units and order as ``peaks``.
        public let atPeak: [Float]
    }

    /// Scores an image.
    ///
    /// - Parameters:
    ///   - image: Of the model's channels and at least its working size, in `[0, 1]`.
    ///   - jobs: The most encoders that run at once.
    /// - Returns: The score and the map behind it; the score is no number where any map has one that is none.
    public func assess(_ image: FeatureMap, jobs: Int = 1) -> Assessment {
        let maps = calibratedMaps(of: image, jobs: jobs)
        let fusion = parameters.configuration.fusion
        let fused = fusion.inUnits(fusion.fuse(maps, head: parameters.head))
        let map = fusion.sharpen(fused, finest: finest.map { maps[$0] })
        var peak = 0
        for (index, value) in map.elements.enumerated() where value > map.elements[peak] {
            peak = index
        }
        let isNumber = (maps + [fused, map]).allSatisfy { $0.elements.allSatisfy(\.isFinite) }
        return Assessment(
            score: isNumber ? fusion.topMean(fused) : .nan,
            map: map,
            peaks: maps.map { $0.elements.max() ?? 0 },
            atPeak: maps.map { $0.elements[peak] }
        )
    }

    /// The map of each detector and of the network, in standard deviations of normal images.
    ///
    /// - Parameters:
    ///   - image: Of the model's channels and at least its working size, in `[0, 1]`.
    ///   - jobs: The most encoders that run at once.
    /// - Returns: In the order of ``ModelParameters/mapNames``, shape of the model's grid.
    public func calibratedMaps(of image: FeatureMap, jobs: Int = 1) -> [Matrix] {
        precondition(image.channels == parameters.channels, "the image has other channels")
        var maps = zip(bank.maps(of: image, jobs: jobs)[0], parameters.calibrations)
            .map { map, calibration in calibration.standardize(map) }
        if let network, let calibration = parameters.network?.calibration {
            maps.append(calibration.standardize(network.map(of: image)))
        }
        return maps
    }
}
