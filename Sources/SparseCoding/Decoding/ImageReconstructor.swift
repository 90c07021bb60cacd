internal import Patches
public import Tensors

/// Shows images as the codes of an encoder's first layer have them.
public struct ImageReconstructor: Sendable {
    private let configuration: EncoderConfiguration
    private let way: Way

    private enum Way {
        case thresholding(LayerReconstruction)
        case any(Layer, LayerDecoder)
    }

    /// Prepares the first layer of an encoder for one set of kernels.
    public init(configuration: EncoderConfiguration, layer: LayerParameters, kernels: Kernels) {
        self.configuration = configuration
        way =
            LayerReconstruction(parameters: layer, kernels: kernels).map(Way.thresholding)
            ?? .any(
                Layer(parameters: layer.unpooled, kernels: kernels),
                LayerDecoder(parameters: layer, kernels: kernels)
            )
    }

    /// Codes an image and decodes the codes.
    ///
    /// - Parameter image: Of at least the working size, in `[0, 1]`.
    /// - Returns: The image as the codes have it, at the working size; may leave `[0, 1]`.
    public func reconstruct(_ image: FeatureMap) -> FeatureMap {
        let resized = ImageEncoder(configuration: configuration, layers: []).resize(image)
        guard let constant = configuration.imageNormalization else { return decoded(resized) }
        let normalization = ImageNormalization(constant: constant)
        return normalization.undo(decoded(normalization.apply(to: resized)), of: resized)
    }

    private func decoded(_ input: FeatureMap) -> FeatureMap {
        switch way {
        case .thresholding(let layer):
            return layer.reconstruct(input)
        case .any(let layer, let decoder):
            let response = layer.encode(input)
            return decoder.decode(
                response.codes,
                size: (input.height, input.width),
                moments: (response.mean, response.variance),
                gains: decoder.gains(of: response.codes)
            )
        }
    }
}
