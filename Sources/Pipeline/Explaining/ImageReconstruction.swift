internal import Patches
internal import Scoring
internal import SparseCoding
internal import Tensors

/// Shows images as a model's codes have them: the first layer of one encoder, run backwards.
struct ImageReconstruction: Sendable {
    private let reconstructor: ImageReconstructor

    /// Chooses the encoder that sees the most pixels, of those whose first layer keeps contrast where there are any.
    ///
    /// Where contrast is normalised, the decoder takes it from the image, and with it part of what it should not know.
    init?(of parameters: ModelParameters, kernels: Kernels) {
        let encoders = zip(parameters.configuration.encoders, parameters.layers)
            .compactMap { encoder, layers in layers.first.map { (encoder, $0) } }
        let keepsContrast = encoders.filter { $0.1.configuration.contrast == nil }
        let candidates = keepsContrast.isEmpty ? encoders : keepsContrast
        // The first one of the largest.
        guard let finest = candidates.map(\.0.pixels).max(),
            let chosen = candidates.first(where: { $0.0.pixels == finest })
        else { return nil }
        reconstructor = ImageReconstructor(
            configuration: chosen.0,
            layer: chosen.1,
            kernels: kernels
        )
    }

    /// An image as the codes have it, at the encoder's working size; nil for an image in tiles, or where a number is none.
    func picture(of loaded: LoadedImage) -> FeatureMap? {
        guard loaded.tiles.count == 1 else { return nil }
        let picture = reconstructor.reconstruct(loaded.input(of: loaded.tiles[0]))
        return picture.elements.allSatisfy(\.isFinite) ? picture : nil
    }
}
