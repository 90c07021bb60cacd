/// What the numbers of the products of layers and detectors are rounded to.
///
/// Sums of whole numbers are exact: they don't depend on the order in which, or the instructions by which they are made.
public enum Precision: String, Sendable, Hashable, CaseIterable, Codable {
    /// Single precision throughout.
    case float
    /// Whole numbers of sixteen bits with sums of thirty-two: each row of the left factor (of a convolution: each
    /// transformed tile's) and each column of the right one in units of its own length.
    case int16

    /// The precision of a product of that depth where products are to be computed in this one.
    ///
    /// At a depth of 16 rounding the rows costs what the product saves.
    package func ofProduct(depth: Int) -> Precision {
        (32...QuantizedMatrix.largestDepth).contains(depth) ? self : .float
    }
}
