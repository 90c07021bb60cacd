public import Patches

/// How an image is prepared and which layers code it.
public struct EncoderConfiguration: Sendable, Equatable, Codable {
    /// A short name, unique in a model, for reports.
    public var name: String
    /// The wanted number of pixels of the image that is coded; the aspect ratio is kept.
    public var pixels: Int
    /// The constant of the normalisation of the whole image, in units of `[0, 1]`; nil for none.
    public var imageNormalization: Float?
    /// The layers, first to last.
    public var layers: [LayerConfiguration]

    /// Creates a declaration.
    public init(
        name: String,
        pixels: Int,
        imageNormalization: Float? = nil,
        layers: [LayerConfiguration]
    ) {
        self.name = name
        self.pixels = pixels
        self.imageNormalization = imageNormalization
        self.layers = layers
    }

    /// The size at which an image is coded.
    public var workingSize: WorkingSize { WorkingSize(pixels: pixels) }

    /// What is wrong with the declaration, or nil.
    public var problem: String? {
        if name.isEmpty { return "an encoder needs a name" }
        let isPrintable = name.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control
        }
        if !isPrintable || name.utf8.count > 100 {
            return "an encoder's name must have at most 100 bytes and no control characters"
        }
        if pixels < 256 || pixels > 1 << 26 {
            return "encoder \(name): pixels must be in 256...2^26, found \(pixels)"
        }
        if let constant = imageNormalization, !(constant > 0 && constant.isFinite) {
            return "encoder \(name): imageNormalization must be above 0, found \(constant)"
        }
        if layers.isEmpty { return "encoder \(name) has no layers" }
        for (index, layer) in layers.enumerated() {
            if let problem = layer.problem {
                return "encoder \(name), layer \(index + 1): \(problem)"
            }
            // An image may be grey, so that the first layer's patches may have no more depth.
            let channels = index == 0 ? 1 : layers[index - 1].channels
            let depth = layer.window * layer.window * channels
            if let problem = layer.learning.problem(atoms: layer.atoms, components: depth) {
                return "encoder \(name), layer \(index + 1): \(problem)"
            }
        }
        return sizeProblem
    }

    /// The most numbers that a layer may read or write for one image: 8 GiB.
    package static let numbersPerImage = 0x1p31

    /// What is wrong with the memory that an image would take, or nil.
    private var sizeProblem: String? {
        var places = Double(pixels)
        var channels = 3
        for (index, layer) in layers.enumerated() {
            let padded = places.squareRoot() + Double(layer.window)
            places /= Double(layer.outputStride * layer.outputStride)
            let most = max(padded * padded * Double(channels), places * Double(layer.channels))
            if most > Self.numbersPerImage {
                return "encoder \(name), layer \(index + 1): an image would take \(most) numbers, "
                    + "at most 2^31 are allowed"
            }
            channels = layer.channels
        }
        return nil
    }
}
