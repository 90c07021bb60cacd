public import Scoring

/// Why one image got its score: `explain.json`.
///
/// The fields of the ``ImageRecord``, as a scan writes it, and what each detector and each layer say of the image. Pictures
/// are named by their paths in the same folder.
public struct ExplanationRecord: Codable, Sendable, Equatable {
    /// The position where the fused map is highest.
    public struct Peak: Codable, Sendable, Equatable {
        /// The row of the model's grid, of the tile's where the image is divided.
        public var row: Int
        /// The column of the model's grid, of the tile's where the image is divided.
        public var column: Int
        /// The middle of the position, in pixels of the image from its left edge.
        public var x: Double
        /// The middle of the position, in pixels of the image from its top edge.
        public var y: Double
        /// The fused map there, in units in which 1 is the threshold.
        public var value: Float
        /// The tile that the layers' statements are of, in pixels of the image; nil where the image is not divided.
        public var tile: Region.Box?

        /// Creates a peak.
        public init(
            row: Int,
            column: Int,
            x: Double,
            y: Double,
            value: Float,
            tile: Region.Box? = nil
        ) {
            self.tile = tile
            self.row = row
            self.column = column
            self.x = x
            self.y = y
            self.value = value
        }
    }

    /// What a detector says.
    public struct Detector: Codable, Sendable, Equatable {
        /// Encoder, layer and method.
        public var name: String
        /// Its calibrated map at the fused map's peak, in units in which 1 is the threshold.
        public var atPeak: Float
        /// Its part of what all detectors say above normal at the peak, in `0...1`.
        public var share: Float
        /// The highest value of its calibrated map, in the same units.
        public var peak: Float
        /// The picture of its calibrated map.
        public var map: String

        private enum CodingKeys: String, CodingKey {
            case name, share, peak, map
            case atPeak = "at_peak"
        }

        /// Creates a statement.
        public init(name: String, atPeak: Float, share: Float, peak: Float, map: String) {
            self.name = name
            self.atPeak = atPeak
            self.share = share
            self.peak = peak
            self.map = map
        }
    }

    /// A number of the image beside the one that normal images have.
    public struct Comparison: Codable, Sendable, Equatable {
        /// The mean over the image.
        public var mean: Float
        /// The mean on the patches that the layer was learned from.
        public var usual: Float
        /// The mean over the windows at the fused map's peak.
        public var atPeak: Float

        private enum CodingKeys: String, CodingKey {
            case mean, usual
            case atPeak = "at_peak"
        }

        /// Creates a comparison.
        public init(mean: Float, usual: Float, atPeak: Float) {
            self.mean = mean
            self.usual = usual
            self.atPeak = atPeak
        }
    }

    /// An atom that is more active than it usually is.
    public struct Atom: Codable, Sendable, Equatable {
        /// The row of the dictionary.
        public var atom: Int
        /// 1, or -1 where the atom's negative is active.
        public var sign: Int
        /// The mean magnitude of the code.
        public var mean: Float
        /// The prior's mean.
        public var usual: Float
        /// The mean in units of the usual one.
        public var ratio: Float
        /// What the atom looks like; nil in layers so deep that pictures of their atoms would be too large.
        public var picture: String?

        /// Creates a statement.
        public init(
            atom: Int,
            sign: Int,
            mean: Float,
            usual: Float,
            ratio: Float,
            picture: String?
        ) {
            self.atom = atom
            self.sign = sign
            self.mean = mean
            self.usual = usual
            self.ratio = ratio
            self.picture = picture
        }
    }

    /// The course of a layer's inference at the peak, the mean over the windows there.
    public struct Trace: Codable, Sendable, Equatable {
        /// How codes are found, in a few words.
        public var inference: String
        /// The objective `1/2 |x - Phi a|^2 + sum penalty_i a_i` of codes of zero; without penalties for matching pursuit.
        public var start: Double
        /// The objective after each iteration.
        ///
        /// A stopping tolerance is not applied. Thresholding has one number.
        public var objectives: [Double]
        /// The picture of the course; nil where there is but one iteration.
        public var chart: String?

        /// Creates a statement.
        public init(inference: String, start: Double, objectives: [Double], chart: String?) {
            self.inference = inference
            self.start = start
            self.objectives = objectives
            self.chart = chart
        }
    }

    /// What a layer of an encoder says.
    public struct Layer: Codable, Sendable, Equatable {
        /// The encoder.
        public var encoder: String
        /// The layer's place in it, from 1.
        public var layer: Int
        /// The width and height at which the encoder sees the image, in pixels.
        public var size: [Int]
        /// The share of codes that are not zero.
        public var density: Comparison
        /// The squared error of the whitened patches' reconstructions.
        public var error: Comparison
        /// The negative log posterior of the windows, in nats.
        public var energy: Comparison
        /// What the codes were multiplied by for the reconstruction, the mean over the windows.
        public var gain: Float
        /// The picture of the image as the codes have it.
        public var reconstruction: String
        /// The picture of the error map.
        public var errorMap: String
        /// The picture of the energy map.
        public var energyMap: String
        /// The atoms most active beyond the usual at the fused map's peak.
        public var strongestAtPeak: [Atom]
        /// The atoms most active beyond the usual over the whole image.
        public var strongestInImage: [Atom]
        /// The course of the inference; nil where it was not asked for.
        public var trace: Trace?

        private enum CodingKeys: String, CodingKey {
            case encoder, layer, size, density, error, energy, gain, reconstruction, trace
            case errorMap = "error_map"
            case energyMap = "energy_map"
            case strongestAtPeak = "strongest_at_peak"
            case strongestInImage = "strongest_in_image"
        }

        /// Creates a statement.
        public init(
            encoder: String,
            layer: Int,
            size: [Int],
            density: Comparison,
            error: Comparison,
            energy: Comparison,
            gain: Float,
            reconstruction: String,
            errorMap: String,
            energyMap: String,
            strongestAtPeak: [Atom],
            strongestInImage: [Atom],
            trace: Trace? = nil
        ) {
            self.encoder = encoder
            self.layer = layer
            self.size = size
            self.density = density
            self.error = error
            self.energy = energy
            self.gain = gain
            self.reconstruction = reconstruction
            self.errorMap = errorMap
            self.energyMap = energyMap
            self.strongestAtPeak = strongestAtPeak
            self.strongestInImage = strongestInImage
            self.trace = trace
        }
    }

    /// The pictures of the image as a whole.
    public struct Pictures: Codable, Sendable, Equatable {
        /// The image, perhaps reduced.
        public var image: String
        /// The fused map.
        public var fused: String
        /// The image with the fused map over it where that is above the threshold.
        public var overlay: String

        /// Creates names.
        public init(image: String, fused: String, overlay: String) {
            self.image = image
            self.fused = fused
            self.overlay = overlay
        }
    }

    /// The image's record.
    public var record: ImageRecord
    /// The model.
    public var model: ModelIdentity
    /// Where the fused map is highest.
    public var peak: Peak
    /// The pictures of the image as a whole.
    public var pictures: Pictures
    /// The detectors, in the model's order.
    public var detectors: [Detector]
    /// The layers, encoder by encoder.
    public var layers: [Layer]

    private enum CodingKeys: String, CodingKey { case model, peak, pictures, detectors, layers }

    /// Creates a record.
    public init(
        record: ImageRecord,
        model: ModelIdentity,
        peak: Peak,
        pictures: Pictures,
        detectors: [Detector],
        layers: [Layer]
    ) {
        self.record = record
        self.model = model
        self.peak = peak
        self.pictures = pictures
        self.detectors = detectors
        self.layers = layers
    }

    /// Reads the image's fields and the explanation's own from one object.
    public init(from decoder: any Decoder) throws {
        record = try ImageRecord(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        model = try container.decode(ModelIdentity.self, forKey: .model)
        peak = try container.decode(Peak.self, forKey: .peak)
        pictures = try container.decode(Pictures.self, forKey: .pictures)
        detectors = try container.decode([Detector].self, forKey: .detectors)
        layers = try container.decode([Layer].self, forKey: .layers)
    }

    /// Writes the image's fields and the explanation's own into one object.
    public func encode(to encoder: any Encoder) throws {
        try record.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(peak, forKey: .peak)
        try container.encode(pictures, forKey: .pictures)
        try container.encode(detectors, forKey: .detectors)
        try container.encode(layers, forKey: .layers)
    }
}
