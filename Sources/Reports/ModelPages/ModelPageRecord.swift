public import Scoring

/// What a model has learned, with pictures: `inspect.json`.
///
/// Pictures are named by their paths in the same folder.
public struct ModelPageRecord: Codable, Sendable, Equatable {
    /// The spread of some numbers.
    public struct Spread: Codable, Sendable, Equatable {
        /// The lowest.
        public var min: Float
        /// The one in the middle.
        public var median: Float
        /// The highest.
        public var max: Float

        /// Summarises numbers; zeros where there are none.
        public init(of numbers: [Float]) {
            let sorted = numbers.sorted()
            min = sorted.first ?? 0
            median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
            max = sorted.last ?? 0
        }
    }

    /// How the picture of a layer's atoms shows them.
    public enum AtomForm: String, Codable, Sendable {
        /// Each atom as a patch of the image, unwhitened.
        case filters
        /// The patches of normal images that excite each atom most.
        case patches
        /// Each atom projected linearly down to pixels.
        case projections
    }

    /// A layer of an encoder.
    public struct Layer: Codable, Sendable, Equatable {
        /// The encoder.
        public var encoder: String
        /// The layer's place in it, from 1.
        public var layer: Int
        /// The atoms of the dictionary.
        public var atoms: Int
        /// The numbers in an atom.
        public var components: Int
        /// How codes are found.
        public var inference: String
        /// How the dictionary was learned.
        public var learning: String
        /// The share of coefficients that are not zero.
        public var density: Float
        /// The variance of a component that the codes leave.
        public var noiseVariance: Float
        /// The rates of the atoms' exponential priors.
        public var rates: Spread
        /// The penalties of the atoms.
        public var penalties: Spread
        /// The share of energy left after each pass of dictionary learning.
        public var learningCurve: [Float]
        /// How ``atomPicture`` shows the atoms.
        public var atomForm: AtomForm
        /// How many atoms, the most used first, it shows.
        public var atomsShown: Int
        /// The picture of the atoms.
        public var atomPicture: String
        /// The charts of rates, penalties and learning curve.
        public var charts: [String]

        private enum CodingKeys: String, CodingKey {
            case encoder, layer, atoms, components, inference, learning, density, rates, penalties
            case charts
            case noiseVariance = "noise_variance"
            case learningCurve = "learning_curve"
            case atomForm = "atom_form"
            case atomsShown = "atoms_shown"
            case atomPicture = "atom_picture"
        }

        /// Creates a statement.
        public init(
            encoder: String,
            layer: Int,
            atoms: Int,
            components: Int,
            inference: String,
            learning: String,
            density: Float,
            noiseVariance: Float,
            rates: Spread,
            penalties: Spread,
            learningCurve: [Float],
            atomForm: AtomForm,
            atomsShown: Int,
            atomPicture: String,
            charts: [String]
        ) {
            self.encoder = encoder
            self.layer = layer
            self.atoms = atoms
            self.components = components
            self.inference = inference
            self.learning = learning
            self.density = density
            self.noiseVariance = noiseVariance
            self.rates = rates
            self.penalties = penalties
            self.learningCurve = learningCurve
            self.atomForm = atomForm
            self.atomsShown = atomsShown
            self.atomPicture = atomPicture
            self.charts = charts
        }
    }

    /// The scores of the held-out normal images.
    public struct Calibration: Codable, Sendable, Equatable {
        /// The threshold and the rate that it stands for.
        public var threshold: ConformalThreshold
        /// A few numbers about the scores.
        public var scores: ScoreSummary
        /// The numbers of images in bins of equal width from the lowest score on.
        public var counts: [Int]
        /// The ends of the bins, one more than there are counts.
        public var edges: [Float]
        /// The chart of the counts with the threshold.
        public var chart: String

        /// Creates a statement.
        public init(
            threshold: ConformalThreshold,
            scores: ScoreSummary,
            counts: [Int],
            edges: [Float],
            chart: String
        ) {
            self.threshold = threshold
            self.scores = scores
            self.counts = counts
            self.edges = edges
            self.chart = chart
        }
    }

    /// ``ReportSchema/version`` of the writer.
    public var schemaVersion: Int
    /// The model.
    public var model: ModelIdentity
    /// The normal images whose patches are shown; left out where none were given.
    public var patchImages: Int?
    /// The layers, encoder by encoder.
    public var layers: [Layer]
    /// The chart of the layers' densities.
    public var densityChart: String
    /// The calibration.
    public var calibration: Calibration

    private enum CodingKeys: String, CodingKey {
        case model, layers, calibration
        case schemaVersion = "schema_version"
        case patchImages = "patch_images"
        case densityChart = "density_chart"
    }

    /// Creates a record.
    public init(
        model: ModelIdentity,
        patchImages: Int?,
        layers: [Layer],
        densityChart: String,
        calibration: Calibration
    ) {
        schemaVersion = ReportSchema.version
        self.model = model
        self.patchImages = patchImages
        self.layers = layers
        self.densityChart = densityChart
        self.calibration = calibration
    }
}
