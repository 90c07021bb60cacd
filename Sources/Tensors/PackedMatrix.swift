/// The right factor of a product, laid out in panels for one set of kernels.
public struct PackedMatrix: Sendable, Equatable {
    /// The number of rows of the matrix, the depth of the product.
    public let depth: Int
    /// The number of columns of the matrix and of the product.
    public let columns: Int
    /// The columns in a panel; belongs to the kernels that packed the matrix.
    let panel: Int
    let elements: [Float]
}
