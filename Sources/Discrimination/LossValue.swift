/// The parts of a loss; their sum is what training makes small.
public struct LossValue: Sendable, Equatable {
    /// The mean weighted logistic loss of places.
    public var places: Double = 0
    /// The weighted logistic loss of the whole image.
    public var image: Double = 0
    /// The negative log prior of the codes.
    public var prior: Double = 0

    /// Creates a loss of zero.
    public init() {}

    /// The sum of the parts.
    public var total: Double { places + image + prior }

    static func += (sum: inout LossValue, other: LossValue) {
        sum.places += other.places
        sum.image += other.image
        sum.prior += other.prior
    }
}
