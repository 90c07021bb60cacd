public import Patches
public import SparseCoding

/// Everything about a model that is declared, not learned.
public struct ModelConfiguration: Sendable, Equatable, Codable {
    /// The encoders.
    public var encoders: [EncoderConfiguration]
    /// The detectors that read them.
    public var detectors: [DetectorConfiguration]
    /// About how many positions an image is divided into.
    public var positions: Int
    /// How the Gaussians of positions are made safe for few images.
    public var regularization: PositionalGaussian.Regularization
    /// What of an image as a whole its positions are judged by.
    public var factors: ImageFactors.Configuration
    /// How maps become a score.
    public var fusion: ScoreFusion
    /// How images are divided, each tile being judged as an image of its own; nil for whole images.
    public var tiles: Tiling?

    /// Creates a declaration.
    public init(
        encoders: [EncoderConfiguration],
        detectors: [DetectorConfiguration],
        positions: Int = 1024,
        regularization: PositionalGaussian.Regularization = .init(),
        factors: ImageFactors.Configuration = .init(),
        fusion: ScoreFusion = .init(),
        tiles: Tiling? = nil
    ) {
        self.encoders = encoders
        self.detectors = detectors
        self.positions = positions
        self.regularization = regularization
        self.factors = factors
        self.fusion = fusion
        self.tiles = tiles
    }

    /// What is wrong with the declaration, or nil.
    public var problem: String? {
        if encoders.isEmpty { return "a model needs an encoder" }
        if detectors.isEmpty { return "a model needs a detector" }
        if positions < 16 || positions > 65_536 {
            return "positions must be in 16...65536, found \(positions)"
        }
        // The mean of more than half of a map may be below its usual value, and with it a threshold below zero.
        if !(fusion.topShare > 0 && fusion.topShare <= 0.5) {
            return "topShare must be above 0 and at most 0.5, found \(fusion.topShare)"
        }
        if !(0...1).contains(regularization.shrinkage) || !(0..<64).contains(regularization.reach)
            || !(regularization.floor > 0 && regularization.floor.isFinite)
        {
            return "regularization is out of bounds: \(regularization)"
        }
        if let problem = factors.problem { return problem }
        if let problem = tiles?.problem { return problem }
        if Set(encoders.map(\.name)).count != encoders.count {
            return "two encoders have the same name"
        }
        for encoder in encoders { if let problem = encoder.problem { return problem } }
        for detector in detectors {
            if let problem = detector.problem { return problem }
            guard let encoder = encoders.first(where: { $0.name == detector.encoder }) else {
                return "detector \(detector.name) reads an encoder that is not there"
            }
            if detector.layer > encoder.layers.count {
                return "detector \(detector.name) reads a layer that is not there"
            }
        }
        return nil
    }

    /// The part of the declaration that concerns some encoders.
    ///
    /// - Parameter names: Names of encoders.
    /// - Returns: The encoders and the detectors that read them, and the places of these detectors in the declaration.
    package func reading(_ names: [String]) -> (part: ModelConfiguration, detectors: [Int]) {
        var part = self
        part.encoders = encoders.filter { names.contains($0.name) }
        let places = detectors.indices.filter { names.contains(detectors[$0].encoder) }
        part.detectors = places.map { detectors[$0] }
        return (part, places)
    }

    /// The channels of the codes that a detector reads.
    func channels(of detector: DetectorConfiguration) -> Int {
        encoders.first { $0.name == detector.encoder }?.layers[detector.layer - 1].channels ?? 0
    }

    /// The places of the detectors whose encoders see the most pixels.
    public var finestDetectors: [Int] {
        let sizes = Dictionary(encoders.map { ($0.name, $0.pixels) }, uniquingKeysWith: max)
        return detectors.indices.filter { sizes[detectors[$0].encoder] == pixels }
    }

    /// The same declaration for images of another working size: each encoder sees the same share of it.
    ///
    /// - Parameter wanted: The pixels of the encoder that sees the most.
    /// - Returns: The declaration with the pixels of each encoder changed.
    public func scaled(toPixels wanted: Int) -> ModelConfiguration {
        var scaled = self
        let factor = Double(wanted) / Double(max(1, pixels))
        for index in scaled.encoders.indices {
            scaled.encoders[index].pixels = Int(
                (Double(encoders[index].pixels) * factor).rounded()
            )
        }
        return scaled
    }

    /// The size in pixels that images are brought to before any encoder sees them.
    public var pixels: Int { encoders.map(\.pixels).max() ?? 0 }
}

// Declarations from before there were factors read as those without.
extension KeyedDecodingContainer {
    func decode(
        _ type: ImageFactors.Configuration.Type,
        forKey key: Key
    ) throws -> ImageFactors.Configuration {
        try decodeIfPresent(type, forKey: key) ?? .init(count: 0)
    }
}
