public import Tensors

/// Numbers with any number of axes, as they lie in a model file.
public struct Tensor: Sendable, Equatable {
    /// The sizes of the axes, outermost first; empty for a single number.
    public let shape: [Int]
    /// The numbers, the last axis running fastest, as many as the product of `shape`.
    public let values: [Float]

    /// Creates a tensor from its numbers.
    ///
    /// - Throws: ``ShapeError`` when `values` has not as many numbers as `shape` says.
    public init(shape: [Int], values: [Float]) throws(ShapeError) {
        guard Self.count(of: shape) == values.count else {
            throw ShapeError(name: "values", expected: shape, actual: [values.count])
        }
        self.shape = shape
        self.values = values
    }

    /// Creates a tensor of one axis.
    public init(_ values: [Float]) {
        shape = [values.count]
        self.values = values
    }

    /// Creates a tensor of two axes, shape `[rows, columns]`.
    public init(_ matrix: Matrix) {
        shape = [matrix.rows, matrix.columns]
        values = matrix.elements
    }

    /// The number of elements of a shape, or `nil` when it is negative or too large to count.
    static func count(of shape: [Int]) -> Int? {
        var count = 1
        var isEmpty = false
        for size in shape {
            guard size >= 0 else { return nil }
            if size == 0 {
                isEmpty = true
                continue
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow else { return nil }
            count = product
        }
        return isEmpty ? 0 : count
    }
}
