public import Discrimination
internal import SparseCoding
public import Tensors

/// A network of thresholding layers that has practised on painted defects: one more map of a model.
public struct NetworkDetector: Sendable, Equatable {
    /// What the network is and what it reads.
    public struct Configuration: Sendable, Equatable, Codable {
        /// The network.
        public var network: ThresholdNetworkConfiguration
        /// The wanted number of pixels of the image that it reads.
        public var pixels: Int
        /// The constant of the normalisation of the whole image, in units of `[0, 1]`; nil for none.
        public var imageNormalization: Float?
        /// The encoder whose first layer the network's first layer started from; nil for a random start.
        public var startedFrom: String?

        /// Creates a declaration.
        public init(
            network: ThresholdNetworkConfiguration,
            pixels: Int,
            imageNormalization: Float?,
            startedFrom: String?
        ) {
            self.network = network
            self.pixels = pixels
            self.imageNormalization = imageNormalization
            self.startedFrom = startedFrom
        }

        /// What is wrong with the declaration, or nil.
        public var problem: String? {
            if pixels < 256 || pixels > 1 << 26 {
                return "network: pixels must be in 256...2^26, found \(pixels)"
            }
            if let constant = imageNormalization, !(constant > 0 && constant.isFinite) {
                return "network: imageNormalization must be above 0, found \(constant)"
            }
            return (network.problem ?? sizeProblem).map { "network: \($0)" }
        }

        /// What is wrong with the memory that an image would take, or nil.
        private var sizeProblem: String? {
            func places(_ stride: Int, border: Int = 0) -> Double {
                let side = Double(pixels).squareRoot() / Double(stride) + Double(2 * border)
                return side * side
            }
            var most = places(network.gridStride) * Double(network.readChannels)
            for (index, layer) in network.layers.enumerated() {
                let stride = network.stride(ofMap: index)
                let inputs = Double(network.inputs(ofLayer: index))
                most = max(
                    most,
                    places(stride, border: layer.reach) * inputs,
                    places(stride * layer.stride) * Double(layer.channels)
                )
            }
            if let hidden = network.hidden {
                most = max(
                    most,
                    places(network.gridStride, border: hidden.reach) * Double(network.readChannels),
                    places(network.gridStride) * Double(hidden.channels)
                )
            }
            return most > EncoderConfiguration.numbersPerImage
                ? "an image would take \(most) numbers, at most 2^31 are allowed" : nil
        }

        private enum CodingKeys: String, CodingKey {
            case network, pixels, imageNormalization
            case startedFrom = "started_from"
        }
    }

    /// How the training went.
    public struct Course: Sendable, Equatable, Codable {
        /// The images practised on, without those of the validation.
        public var images: Int
        /// The images of the validation, each with and without painted defects.
        public var validationImages: Int
        /// The steps made.
        public var steps: Int
        /// Why it ended.
        public var ending: NetworkTrainingResult.Ending
        /// The mean loss of the first and of the last tenth of the steps.
        public var losses: [Double]
        /// The validations: minus the balanced mean loss on images that were not practised on.
        public var validations: [NetworkTrainingResult.Validation]
        /// The steps before the validation that was best; nil without validation.
        public var bestStep: Int?
        /// Whether the steps were set by a time budget, so that another machine could give other parameters.
        public var dependsOnTime: Bool

        /// Creates a record from stored numbers.
        public init(
            images: Int,
            validationImages: Int,
            steps: Int,
            ending: NetworkTrainingResult.Ending,
            losses: [Double],
            validations: [NetworkTrainingResult.Validation],
            bestStep: Int?,
            dependsOnTime: Bool
        ) {
            self.images = images
            self.validationImages = validationImages
            self.steps = steps
            self.ending = ending
            self.losses = losses
            self.validations = validations
            self.bestStep = bestStep
            self.dependsOnTime = dependsOnTime
        }

        /// Creates the record of a training.
        public init(
            _ result: NetworkTrainingResult,
            images: Int,
            validationImages: Int,
            dependsOnTime: Bool
        ) {
            self.images = images
            self.validationImages = validationImages
            self.dependsOnTime = dependsOnTime || result.dependsOnTime
            steps = result.steps
            ending = result.ending
            validations = result.validations
            bestStep = result.best?.step
            let count = max(1, result.losses.count / 10)
            func mean(_ values: some Collection<LossValue>) -> Double {
                values.reduce(0) { $0 + Double($1.total) } / Double(max(1, values.count))
            }
            losses = [mean(result.losses.prefix(count)), mean(result.losses.suffix(count))]
        }

        private enum CodingKeys: String, CodingKey {
            case images, steps, ending, losses, validations
            case validationImages = "validation_images"
            case bestStep = "best_step"
            case dependsOnTime = "depends_on_time"
        }
    }

    /// The declaration.
    public let configuration: Configuration
    /// What the network has learned.
    public let parameters: ThresholdNetworkParameters
    /// The calibration of its map.
    public let calibration: MapCalibration
    /// How the training went.
    public let course: Course

    /// Puts a detector together.
    public init(
        configuration: Configuration,
        parameters: ThresholdNetworkParameters,
        calibration: MapCalibration,
        course: Course
    ) {
        self.configuration = configuration
        self.parameters = parameters
        self.calibration = calibration
        self.course = course
    }

    /// The name of its map in reports.
    public static let name = "network"
}

/// A network, ready to map images.
public struct NetworkReader: Sendable {
    /// The network.
    public let network: ThresholdNetwork
    private let encoder: ImageEncoder
    private let grid: PositionGrid

    /// Prepares a network.
    ///
    /// - Parameters:
    ///   - configuration: What it reads.
    ///   - parameters: What it has learned.
    ///   - grid: The positions of its maps.
    ///   - kernels: The kernels.
    public init(
        configuration: NetworkDetector.Configuration,
        parameters: ThresholdNetworkParameters,
        grid: PositionGrid,
        kernels: Kernels
    ) {
        self.init(
            configuration: configuration,
            network: ThresholdNetwork(parameters: parameters, kernels: kernels),
            grid: grid
        )
    }

    /// Reads images for a network that is prepared already.
    public init(
        configuration: NetworkDetector.Configuration,
        network: ThresholdNetwork,
        grid: PositionGrid
    ) {
        self.network = network
        self.grid = grid
        encoder = ImageEncoder(
            configuration: EncoderConfiguration(
                name: NetworkDetector.name,
                pixels: configuration.pixels,
                imageNormalization: configuration.imageNormalization,
                layers: []
            ),
            layers: []
        )
    }

    /// Brings an image to the size and range that the network reads.
    ///
    /// - Parameter image: Of at least the working size, in `[0, 1]`.
    /// - Returns: The network's input.
    public func prepare(_ image: FeatureMap) -> FeatureMap { encoder.prepare(image) }

    /// The network's logits on the grid of positions.
    ///
    /// - Parameter image: Of at least the working size, in `[0, 1]`.
    /// - Returns: Shape of the grid.
    public func map(of image: FeatureMap) -> Matrix {
        grid.resample(network.logits(of: prepare(image)))
    }
}
