/// A matrix product as a layer or detector runs it over one image: sizes, and where its rows lie.
package struct ProductShape: Equatable, Sendable {
    package let name: String
    /// Rows of one call and the numbers from one to the next.
    package let rows: Int
    package let rowStride: Int
    /// The runs that a row is chained of, the numbers from one to the next and in each.
    package let runs: Int
    package let runStride: Int
    package let length: Int
    package let columns: Int
    /// Calls for one image and the numbers from the first row of one to that of the next.
    package let calls: Int
    package let callStride: Int

    package var depth: Int { runs * length }

    /// Floating-point operations for one image, two for each multiply-add.
    package var operations: Double { 2 * Double(rows * depth * columns) * Double(calls) }

    /// The numbers that all calls' rows reach over.
    package var extent: Int {
        (calls - 1) * callStride + (rows - 1) * rowStride + (runs - 1) * runStride + length
    }
}

extension ProductShape {
    /// Rows of one run each, one behind the other.
    init(
        name: String,
        contiguousRows rows: Int,
        length: Int,
        columns: Int,
        calls: Int,
        callStride: Int
    ) {
        self.init(
            name: name,
            rows: rows,
            rowStride: length,
            runs: 1,
            runStride: 0,
            length: length,
            columns: columns,
            calls: calls,
            callStride: callStride
        )
    }
}
