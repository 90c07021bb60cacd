/// What a person wants to know of the model behind a report; the whole card is in the model file.
public struct ModelSummary: Codable, Sendable, Equatable {
    /// The working size: an image is scaled to about this many pixels; one value per scale, falling.
    public var pixels: [Int]
    /// 1 for grey, 3 for colour.
    public var channels: Int
    /// The hierarchies of sparse layers, for instance `structure-256`.
    public var encoders: [String]
    /// The layers of all hierarchies together.
    public var layers: Int
    /// The maps that are fused, as in a record's `maps`.
    public var maps: [String]
    /// How maps become one: `largest`, `evidence`, `mean` or `head`.
    public var fusion: String
    /// How much work training was: `quick`, `standard` or `thorough`.
    public var effort: String?
    /// The AUROC of the chosen fusion on defects painted into normal images, in `0...1`.
    public var syntheticAUROC: Double?
    /// Normal images that could not be read or were left out as unlike the others.
    public var leftOut: Int
    /// The side of the tiles that large images are cut into, in pixels.
    public var tileSide: Int?

    private enum CodingKeys: String, CodingKey {
        case pixels, channels, encoders, layers, maps, fusion, effort
        case syntheticAUROC = "synthetic_auroc"
        case leftOut = "left_out"
        case tileSide = "tile_side"
    }

    /// Creates a summary.
    public init(
        pixels: [Int],
        channels: Int,
        encoders: [String],
        layers: Int,
        maps: [String],
        fusion: String,
        effort: String? = nil,
        syntheticAUROC: Double? = nil,
        leftOut: Int,
        tileSide: Int? = nil
    ) {
        self.pixels = pixels
        self.channels = channels
        self.encoders = encoders
        self.layers = layers
        self.maps = maps
        self.fusion = fusion
        self.effort = effort
        self.syntheticAUROC = syntheticAUROC
        self.leftOut = leftOut
        self.tileSide = tileSide
    }
}
