/// Brings a patch to zero mean and comparable contrast: `(p - mean) / sqrt(variance + constant)`.
///
/// > Source: Jarrett, Kavukcuoglu, Ranzato, LeCun (2009), "What is the best multi-stage architecture for object
/// > recognition?", and DESIGN 2.1; here over all channels of a window together, unweighted.
public struct ContrastNormalization: Sendable, Equatable, Codable {
    /// Added to the variance, in squared units of the map; what is far below it counts as flat.
    public let constant: Float

    /// Creates a normalisation; the constant must be positive.
    public init(constant: Float) {
        precondition(constant > 0, "the contrast constant must be positive")
        self.constant = constant
    }

    /// The factor for a patch of this variance.
    public func scale(variance: Float) -> Float { 1 / (max(0, variance) + constant).squareRoot() }
}
