public import Tensors

/// Numbers with any number of axes, as they lie in a model file.
public struct Tensor: Sendable, Equatable {
    /// The types of numbers that a model file holds, by their names there.
    public enum ElementType: String, Sendable {
        /// Single precision.
        case float32 = "F32"
        /// The upper half of it.
        case bfloat16 = "BF16"

        /// The bytes of a number.
        var size: Int {
            switch self {
            case .float32: 4
            case .bfloat16: 2
            }
        }
    }

    enum Numbers: Sendable, Equatable {
        case float32([Float])
        case bfloat16(BFloat16Array)
    }

    /// The sizes of the axes, outermost first; empty for a single number.
    public let shape: [Int]
    let numbers: Numbers

    /// The numbers, the last axis running fastest, as many as the product of `shape`.
    public var values: [Float] {
        switch numbers {
        case .float32(let values): values
        case .bfloat16(let values): values.floats
        }
    }

    /// The type that the numbers are kept in.
    public var elementType: ElementType {
        switch numbers {
        case .float32: .float32
        case .bfloat16: .bfloat16
        }
    }

    /// The number of numbers.
    public var count: Int {
        switch numbers {
        case .float32(let values): values.count
        case .bfloat16(let values): values.count
        }
    }

    init(shape: [Int], numbers: Numbers) throws(ShapeError) {
        self.shape = shape
        self.numbers = numbers
        guard Self.count(of: shape) == count else {
            throw ShapeError(name: "values", expected: shape, actual: [count])
        }
    }

    /// Creates a tensor from its numbers.
    ///
    /// - Throws: ``ShapeError`` when `values` has not as many numbers as `shape` says.
    public init(shape: [Int], values: [Float]) throws(ShapeError) {
        try self.init(shape: shape, numbers: .float32(values))
    }

    /// Creates a tensor from its numbers in bfloat16.
    ///
    /// - Throws: ``ShapeError`` when `values` has not as many numbers as `shape` says.
    public init(shape: [Int], values: BFloat16Array) throws(ShapeError) {
        try self.init(shape: shape, numbers: .bfloat16(values))
    }

    /// Creates a tensor of one axis.
    public init(_ values: [Float]) {
        shape = [values.count]
        numbers = .float32(values)
    }

    /// Creates a tensor of two axes, shape `[rows, columns]`.
    public init(_ matrix: Matrix) {
        shape = [matrix.rows, matrix.columns]
        numbers = .float32(matrix.elements)
    }

    /// Creates a tensor of two axes in bfloat16, shape `[rows, columns]`.
    public init(_ matrix: BFloat16Matrix) {
        shape = [matrix.rows, matrix.columns]
        numbers = .bfloat16(matrix.elements)
    }

    /// The first number that is infinite or none, and its place; nil where all are finite.
    var firstNonFinite: (index: Int, value: Float)? {
        switch numbers {
        case .float32(let values):
            values.withUnsafeBufferPointer(\.firstNonFinite).map { ($0, values[$0]) }
        case .bfloat16(let values):
            values.firstNonFinite.map { ($0, values[$0]) }
        }
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
