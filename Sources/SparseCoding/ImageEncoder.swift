internal import Patches
public import Tensors

/// A prepared hierarchy: an image in, the responses of all layers out.
public struct ImageEncoder: Sendable {
    /// The declaration.
    public let configuration: EncoderConfiguration
    /// The layers learned so far, first to last; fewer than declared while learning.
    public let layers: [Layer]

    /// Creates an encoder; each layer must read the channels that the one below writes.
    public init(configuration: EncoderConfiguration, layers: [Layer]) {
        for (below, above) in zip(layers, layers.dropFirst()) {
            precondition(
                below.parameters.configuration.channels == above.parameters.inputChannels,
                "layers don't fit together"
            )
        }
        self.configuration = configuration
        self.layers = layers
    }

    /// Brings an image to this encoder's size, in its own intensities.
    public func resize(_ image: FeatureMap) -> FeatureMap {
        let size = configuration.workingSize.size(width: image.width, height: image.height)
        return size == (image.height, image.width)
            ? image : Resampler(height: size.height, width: size.width).resample(image)
    }

    /// Brings an image to this encoder's size and range.
    ///
    /// - Parameter image: Of at least the working size, in `[0, 1]`.
    /// - Returns: The map that the first layer reads.
    public func prepare(_ image: FeatureMap) -> FeatureMap {
        normalize(resize(image))
    }

    /// Brings an image of this encoder's size to its range.
    func normalize(_ resized: FeatureMap) -> FeatureMap {
        guard let constant = configuration.imageNormalization else { return resized }
        return ImageNormalization(constant: constant).apply(to: resized)
    }

    /// Codes an image through all layers.
    ///
    /// - Parameters:
    ///   - image: Of at least the working size, in `[0, 1]`, shape `[height, width, channels]`.
    ///   - includingEnergy: Whether the layers' maps of energy are wanted too.
    /// - Returns: One response per layer, first to last.
    public func encode(_ image: FeatureMap, includingEnergy: Bool = false) -> [LayerResponse] {
        encode(image, energyOfLayers: includingEnergy ? Set(1..<layers.count + 1) : [])
    }

    /// Codes an image through all layers, with the maps of energy of some.
    ///
    /// - Parameters:
    ///   - image: Of at least the working size, in `[0, 1]`, shape `[height, width, channels]`.
    ///   - wanted: The layers whose maps of energy are wanted, counted from 1.
    /// - Returns: One response per layer, first to last.
    public func encode(
        _ image: FeatureMap,
        energyOfLayers wanted: Set<Int>
    ) -> [LayerResponse] {
        encode(normalized: prepare(image), energyOfLayers: wanted)
    }

    /// Codes a prepared image through all layers.
    func encode(
        normalized image: FeatureMap,
        energyOfLayers wanted: Set<Int>
    ) -> [LayerResponse] {
        var map = image
        var responses: [LayerResponse] = []
        for (place, layer) in layers.enumerated() {
            let response = layer.encode(map, includingEnergy: wanted.contains(place + 1))
            map = response.codes
            responses.append(response)
        }
        return responses
    }
}
