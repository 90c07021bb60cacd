internal import SparseCoding

extension ModelConfiguration {
    /// The default model: two families of encoders at three scales.
    ///
    /// One family normalises the contrast of each patch and so sees structure whatever the light; the other normalises
    /// the image only and so sees contrast itself, which faint cracks and stains differ in. What is unusual in size as
    /// a defect may be is covered by running each at about 256 x 256, 128 x 128 and 64 x 64 pixels.
    public static let standard: ModelConfiguration = {
        var encoders: [EncoderConfiguration] = []
        var detectors: [DetectorConfiguration] = []
        for side in [256, 128, 64] {
            let structure = EncoderConfiguration(
                name: "structure-\(side)",
                pixels: side * side,
                layers: [
                    LayerConfiguration(
                        window: 7,
                        stride: 2,
                        contrast: 1e-3,
                        components: 48,
                        whiteningEpsilon: 3e-5,
                        atoms: 64,
                        sparsityPenalty: 0.5,
                        pooling: 2
                    ),
                    LayerConfiguration(
                        window: 3,
                        stride: 1,
                        contrast: 1e-2,
                        components: 128,
                        whiteningEpsilon: 3e-5,
                        atoms: 256,
                        sparsityPenalty: 0.5
                    ),
                ]
            )
            let contrast = EncoderConfiguration(
                name: "contrast-\(side)",
                pixels: side * side,
                imageNormalization: 0.02,
                layers: [
                    LayerConfiguration(
                        window: 7,
                        stride: 2,
                        contrast: nil,
                        components: 48,
                        whiteningEpsilon: 0.01,
                        atoms: 64,
                        sparsityPenalty: 1,
                        pooling: 2
                    ),
                    LayerConfiguration(
                        window: 3,
                        stride: 1,
                        contrast: nil,
                        components: 128,
                        whiteningEpsilon: 0.01,
                        atoms: 256,
                        sparsityPenalty: 1
                    ),
                ]
            )
            for encoder in [structure, contrast] {
                encoders.append(encoder)
                detectors.append(
                    DetectorConfiguration(
                        encoder: encoder.name,
                        layer: 2,
                        method: .positionalGaussian(dimension: 32)
                    )
                )
            }
        }
        // What lies where, and where it does not matter.
        detectors.append(
            DetectorConfiguration(
                encoder: "structure-256",
                layer: 2,
                method: .exemplars(dimension: 96, count: 512)
            )
        )
        return ModelConfiguration(encoders: encoders, detectors: detectors)
    }()
}
