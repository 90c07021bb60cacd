package import Tensors

/// What a detector learns its reduction and its factors from: samples of one image.
public struct DetectorSamples: Sendable {
    /// Averaged codes at some places, shape `[count, channels]`.
    let rows: Matrix
    /// The cell means of the averaged codes, shape `[cells * cells * channels]`; nil where there are no factors.
    let cellMeans: [Float]?
}

/// What a detector learns from: the features of one image.
public struct DetectorFeatures: Sendable {
    /// On the grid of positions for Gaussians, at their own resolution for exemplars.
    let map: FeatureMap
    /// The image's factors; empty where there are none.
    let factors: [Float]

    /// Creates features.
    package init(map: FeatureMap, factors: [Float]) {
        self.map = map
        self.factors = factors
    }
}
