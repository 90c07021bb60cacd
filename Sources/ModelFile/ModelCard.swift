internal import Patches
public import Scoring
internal import SparseCoding

/// What a model says of itself: where it comes from, what it is made of, how well it is calibrated.
public struct ModelCard: Sendable, Equatable, Codable {
    /// The normal images that a model was learned from.
    public struct Training: Sendable, Equatable, Codable {
        /// The images used, false alarms included.
        public var images: Int
        /// The inputs that could not be read.
        public var skipped: Int
        /// The images that were left out because they are unlike the others; left out where there are none.
        public var trimmed: [String]?
        /// SHA-256 over the SHA-256 of each image file, in the order of the walk; without false alarms.
        public var sha256: String
        /// 1 (grey) or 3 (colour).
        public var channels: Int
        /// The smallest width and height, in pixels.
        public var smallest: [Int]
        /// The largest width and height, in pixels.
        public var largest: [Int]
        /// The usual width over height.
        public var aspect: Double
        /// What people had said of images; left out where that was not used.
        public var labels: Labels?

        /// The images that people had labelled.
        public struct Labels: Sendable, Equatable, Codable {
            /// Good images that had been flagged: learned from as normal ones, besides those of the folders.
            public var falseAlarms: Int
            /// Images with a defect that the head was learned from, besides those of a folder.
            public var confirmed: Int
            /// SHA-256 over all labels, usable or not: the identity of what was said.
            public var sha256: String

            private enum CodingKeys: String, CodingKey {
                case falseAlarms = "false_alarms"
                case confirmed, sha256
            }

            /// Creates a statement about labelled images.
            public init(falseAlarms: Int, confirmed: Int, sha256: String) {
                self.falseAlarms = falseAlarms
                self.confirmed = confirmed
                self.sha256 = sha256
            }
        }

        /// Creates a statement about the training set.
        public init(
            images: Int,
            skipped: Int,
            trimmed: [String] = [],
            sha256: String,
            channels: Int,
            smallest: [Int],
            largest: [Int],
            aspect: Double,
            labels: Labels? = nil
        ) {
            self.images = images
            self.skipped = skipped
            self.trimmed = trimmed.isEmpty ? nil : trimmed
            self.sha256 = sha256
            self.channels = channels
            self.smallest = smallest
            self.largest = largest
            self.aspect = aspect
            self.labels = labels
        }
    }

    /// What a layer has become.
    public struct Layer: Sendable, Equatable, Codable {
        /// The encoder it belongs to.
        public var encoder: String
        /// Its place in the encoder, from 1.
        public var layer: Int
        /// The channels it reads.
        public var inputChannels: Int
        /// The share of the patches' variance that whitening kept, in `0...1`; 1 without whitening.
        public var keptVariance: Float
        /// The variance of a component that the codes leave; 1 where an older model leaves it out.
        public var noiseVariance: Float?
        /// The share of coefficients that are not zero, in `0...1`.
        public var density: Float
        /// The share of the samples' energy left after each pass of dictionary learning.
        public var learningCurve: [Float]

        private enum CodingKeys: String, CodingKey {
            case encoder, layer, density
            case inputChannels = "input_channels"
            case keptVariance = "kept_variance"
            case noiseVariance = "noise_variance"
            case learningCurve = "learning_curve"
        }
    }

    /// What a detector has become.
    public struct Detector: Sendable, Equatable, Codable {
        /// Encoder, layer and method.
        public var name: String
        /// The share of the codes' variance that the reduced features keep, in `0...1`; left out where there is none.
        public var keptVariance: Float?
        /// The factors of the image that it is conditional on; left out where there are none.
        public var factors: Int?
        /// The share of the cell means' variance that the factors hold, in `0...1`; left out where there are none.
        public var factorVariance: Float?

        private enum CodingKeys: String, CodingKey {
            case name
            case keptVariance = "kept_variance"
            case factors
            case factorVariance = "factor_variance"
        }
    }

    /// How far the threshold can be relied on.
    public struct Calibration: Sendable, Equatable, Codable {
        /// The threshold and the rate it stands for.
        public var threshold: ConformalThreshold
        /// The scores of the held-out normal images.
        public var scores: ScoreSummary

        /// Creates a statement about the calibration.
        public init(threshold: ConformalThreshold, scores: ScoreSummary) {
            self.threshold = threshold
            self.scores = scores
        }
    }

    /// What the network is and how its training went.
    public struct Network: Sendable, Equatable, Codable {
        /// The declaration.
        public var configuration: NetworkDetector.Configuration
        /// How the training went.
        public var course: NetworkDetector.Course
    }

    /// The version of the program that learned the model.
    public var createdWith: String
    /// The seed of the learning.
    public var seed: UInt64
    /// The kernels that the learning ran on.
    public var kernels: String
    /// The training set.
    public var training: Training
    /// The declaration.
    public var configuration: ModelConfiguration
    /// The positions of the maps.
    public var grid: PositionGrid
    /// The layers, encoder by encoder.
    public var layers: [Layer]
    /// The detectors.
    public var detectors: [Detector]
    /// The calibration.
    public var calibration: Calibration
    /// How much work went into the learning; nil in a model from before there was a choice.
    public var effort: String?
    /// How the fusion was chosen; nil where there was no choice.
    public var fusion: FusionRecord?
    /// What the head was learned from; nil where there is none.
    public var head: MapHead.Certificate?
    /// The network; nil where there is none.
    public var network: Network?
    /// Why there is no network although the effort asked for one; nil where there is one, or none was wanted.
    public var noNetwork: String?

    private enum CodingKeys: String, CodingKey {
        case createdWith = "created_with"
        case seed, kernels, training, configuration, grid, layers, detectors, calibration
        case effort, fusion, head, network
        case noNetwork = "no_network"
    }

    /// Creates the card of a learned model.
    ///
    /// - Parameters:
    ///   - parameters: What the model has learned.
    ///   - training: The training set.
    ///   - threshold: The threshold for the wanted false-alarm rate.
    ///   - seed: The seed of the learning.
    ///   - kernels: The kernels that the learning ran on.
    ///   - version: The version of the program.
    ///   - effort: How much work went into the learning.
    ///   - fusion: How the fusion was chosen.
    ///   - noNetwork: Why there is no network although the effort asked for one.
    public init(
        of parameters: ModelParameters,
        training: Training,
        threshold: ConformalThreshold,
        seed: UInt64,
        kernels: String,
        version: String,
        effort: String? = nil,
        fusion: FusionRecord? = nil,
        noNetwork: String? = nil
    ) {
        self.effort = effort
        self.fusion = fusion
        self.noNetwork = noNetwork
        head = parameters.head?.certificate
        network = parameters.network.map {
            Network(configuration: $0.configuration, course: $0.course)
        }
        createdWith = version
        self.seed = seed
        self.kernels = kernels
        self.training = training
        configuration = parameters.configuration
        grid = parameters.grid
        layers = zip(parameters.configuration.encoders, parameters.layers)
            .flatMap { encoder, layers in
                layers.enumerated().map { place, layer in
                    Layer(
                        encoder: encoder.name,
                        layer: place + 1,
                        inputChannels: layer.inputChannels,
                        keptVariance: layer.whitening?.keptVariance ?? 1,
                        noiseVariance: layer.noiseVariance,
                        density: layer.density,
                        learningCurve: layer.learningCurve
                    )
                }
            }
        detectors = parameters.detectors.map { detector in
            let name = detector.configuration.name
            switch detector.normality {
            case .gaussian(let reduction, let factors, _):
                return Detector(
                    name: name,
                    keptVariance: reduction.whitening.keptVariance,
                    factors: factors?.count,
                    factorVariance: factors?.projection.keptVariance
                )
            case .exemplars(let reduction, _):
                return Detector(name: name, keptVariance: reduction.whitening.keptVariance)
            case .dictionary: return Detector(name: name)
            }
        }
        guard let scores = ScoreSummary(of: parameters.conformal.scores) else {
            preconditionFailure("a calibration has scores")
        }
        calibration = Calibration(threshold: threshold, scores: scores)
    }
}
