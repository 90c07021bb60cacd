/// A dense matrix of numbers in bfloat16, row-major.
public struct BFloat16Matrix: Sendable, Equatable {
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int
    /// The numbers, row after row, shape `[rows * columns]`.
    public let elements: BFloat16Array

    /// Creates a matrix from its elements.
    ///
    /// - Throws: ``ShapeError`` when there are not exactly `rows * columns` of them.
    public init(rows: Int, columns: Int, elements: BFloat16Array) throws(ShapeError) {
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
    package init(rows: Int, columns: Int, filledWith elements: BFloat16Array) {
        precondition(elements.count == rows * columns, "elements don't fill the matrix")
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }

    /// Rounds the numbers of a matrix to the nearest, ties to even.
    public init(rounding matrix: Matrix) {
        rows = matrix.rows
        columns = matrix.columns
        elements = BFloat16Array(rounding: matrix.elements)
    }

    /// The number at one place.
    public subscript(row: Int, column: Int) -> Float { elements[row * columns + column] }
}
