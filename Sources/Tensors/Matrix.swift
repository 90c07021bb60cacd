/// A dense matrix of single-precision numbers, row-major.
public struct Matrix: Sendable, Equatable {
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int
    /// The numbers, row after row, shape `[rows * columns]`.
    public var elements: [Float]

    /// Creates a matrix filled with one value.
    public init(rows: Int, columns: Int, repeating value: Float = 0) {
        precondition(rows >= 0 && columns >= 0, "matrix sizes can't be negative")
        self.rows = rows
        self.columns = columns
        elements = [Float](repeating: value, count: rows * columns)
    }

    /// Creates a matrix from its elements.
    ///
    /// - Parameters:
    ///   - rows: The number of rows.
    ///   - columns: The number of columns.
    ///   - elements: The numbers, row after row.
    /// - Throws: ``ShapeError`` when `elements` is not exactly `rows * columns` long.
    public init(rows: Int, columns: Int, elements: [Float]) throws(ShapeError) {
        guard rows >= 0, columns >= 0, elements.count == rows * columns else {
            throw ShapeError(
                name: "elements",
                expected: [rows, columns],
                actual: [elements.count]
            )
        }
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }

    /// Creates a matrix from elements that are known to fill it.
    package init(rows: Int, columns: Int, filledWith elements: [Float]) {
        precondition(elements.count == rows * columns, "elements don't fill the matrix")
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }

    /// The number at one place.
    @inlinable
    public subscript(row: Int, column: Int) -> Float {
        get { elements[row * columns + column] }
        set { elements[row * columns + column] = newValue }
    }

    /// One row, copied, shape `[columns]`.
    public func row(_ index: Int) -> [Float] {
        Array(elements[index * columns..<(index + 1) * columns])
    }

    /// The matrix with rows and columns exchanged, shape `[columns, rows]`.
    public var transposed: Matrix {
        let (rows, columns) = (rows, columns)
        var result = Matrix(rows: columns, columns: rows)
        unsafe elements.withUnsafeBufferPointer { source in
            unsafe result.elements.withUnsafeMutableBufferPointer { target in
                // Both sides of a tile stay in the first-level cache.
                for first in stride(from: 0, to: rows, by: 16) {
                    for column in 0..<columns {
                        for row in first..<min(first + 16, rows) {
                            unsafe target[column * rows + row] = source[row * columns + column]
                        }
                    }
                }
            }
        }
        return result
    }
}
