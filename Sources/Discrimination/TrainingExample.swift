public import Tensors

/// One image to learn from.
public struct TrainingExample: Sendable {
    /// The input, shape `[height, width, inputChannels]`.
    public var input: FeatureMap
    /// What each place of the output grid is to say, in `0...1`, 1 for anomalous.
    public var target: Matrix
    /// How much each place counts, at least 0, the shape of `target`; nil for 1 everywhere.
    public var weight: Matrix?
    /// What the whole image is to say, in `0...1`.
    public var imageTarget: Float

    /// Creates an example.
    ///
    /// - Parameters:
    ///   - input: Shape `[height, width, inputChannels]`.
    ///   - target: Shape of the output grid, in `0...1`.
    ///   - weight: Shape of the output grid, at least 0; nil for 1 everywhere.
    ///   - imageTarget: In `0...1`; nil for the largest target of a place.
    public init(
        input: FeatureMap,
        target: Matrix,
        weight: Matrix? = nil,
        imageTarget: Float? = nil
    ) {
        self.input = input
        self.target = target
        self.weight = weight
        self.imageTarget = imageTarget ?? target.elements.max() ?? 0
    }
}
