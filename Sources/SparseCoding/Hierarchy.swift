public import Tensors

/// Layers on top of each other: each codes the codes of the one below.
public struct Hierarchy: Sendable {
    /// The layers, first to last.
    public let layers: [Layer]

    /// Creates a hierarchy; each layer must read the channels that the one below writes.
    public init(layers: [Layer]) {
        for (below, above) in zip(layers, layers.dropFirst()) {
            precondition(
                below.parameters.configuration.channels == above.parameters.inputChannels,
                "layers don't fit together"
            )
        }
        self.layers = layers
    }

    /// Codes an image through all layers.
    ///
    /// - Parameter image: Shape `[height, width, channels]`, in `[0, 1]`.
    /// - Returns: One response per layer, first to last.
    public func encode(_ image: FeatureMap) -> [LayerResponse] {
        var responses: [LayerResponse] = []
        var map = image
        for layer in layers {
            let response = layer.encode(map)
            map = response.codes
            responses.append(response)
        }
        return responses
    }
}
