public import Tensors

/// What a layer says of one map.
public struct LayerResponse: Sendable {
    /// The pooled codes, shape `[height, width, channels]`.
    public let codes: FeatureMap
    /// The squared error of each whitened patch's reconstruction; shape of the window grid.
    ///
    /// For thresholding layers that of the best 1-sparse reconstruction, `|x|^2 - max (phi . x)^2`, which is what the
    /// dictionary was learned to make small. For the stronger inferences that of the codes, `|x - Phi a|^2`.
    public let reconstructionError: Matrix
    /// The energy of each window, a negative log posterior up to a constant; nil unless asked for.
    ///
    /// `|x - Phi a|^2 / (2 s2) + sum rate_i a_i` with `s2` the layer's ``LayerParameters/noiseVariance`` and its learned
    /// ``LayerParameters/rates``; shape of the window grid.
    ///
    /// > Source: Bowren (arXiv 2108.06622): Gaussian noise, exponential priors of the coefficients.
    public let energy: Matrix?
    /// The variance of each window before contrast normalisation, in squared units of the input.
    public let variance: Matrix
    /// The mean of each window before contrast normalisation, in units of the input.
    public let mean: Matrix
}
