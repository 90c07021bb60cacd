public import Tensors

extension Resampler {
    /// Resamples an image with at least one pixel.
    ///
    /// - Returns: Levels / 255, in `[0, 1]`, shape `[height, width, channels]`.
    /// - Complexity: As ``resample(_:)-(FeatureMap)``.
    public func resample(_ image: PixelImage) -> FeatureMap {
        resample(
            levels: image.levels,
            height: image.height,
            width: image.width,
            channels: image.channels
        )
    }
}
