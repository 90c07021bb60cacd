public import Tensors

/// Sums over normal images from which the statistics of each position follow.
///
/// Additive: moments of shards or folds can be merged, and one image needs no more memory than another.
public struct PositionalMoments: Sendable, Equatable {
    /// The rows of the grid of positions.
    public let rows: Int
    /// The columns of the grid of positions.
    public let columns: Int
    /// The numbers in a feature vector.
    public let dimension: Int
    /// The images added.
    public private(set) var images = 0
    /// Sums of the features, shape `[positions, dimension]`.
    private(set) var sums: [Float]
    /// Sums of their products, shape `[positions, dimension, dimension]`, lower triangle only.
    private(set) var products: [Float]

    /// Creates empty moments.
    public init(rows: Int, columns: Int, dimension: Int) {
        precondition(rows > 0 && columns > 0 && dimension > 0, "sizes must be positive")
        self.rows = rows
        self.columns = columns
        self.dimension = dimension
        sums = [Float](repeating: 0, count: rows * columns * dimension)
        products = [Float](repeating: 0, count: rows * columns * dimension * (dimension + 1) / 2)
    }

    /// Adds one image.
    ///
    /// - Parameters:
    ///   - features: Shape `[rows, columns, dimension]`.
    ///   - kernels: The kernels for the products.
    public mutating func add(_ features: FeatureMap, kernels: Kernels) {
        precondition(
            features.height == rows && features.width == columns
                && features.channels == dimension,
            "the features are of another shape"
        )
        images += 1
        let dimension = dimension
        let positions = rows * columns
        unsafe features.elements.withUnsafeBufferPointer { data in
            unsafe sums.withUnsafeMutableBufferPointer { sums in
                unsafe products.withUnsafeMutableBufferPointer { products in
                    guard let data = data.baseAddress, let sums = sums.baseAddress,
                        var product = products.baseAddress
                    else { return }
                    unsafe kernels.addScaled(
                        1,
                        data,
                        to: sums,
                        count: positions * dimension
                    )
                    for position in 0..<positions {
                        let x = unsafe data + position * dimension
                        for row in 0..<dimension {
                            unsafe kernels.addScaled(x[row], x, to: product, count: row + 1)
                            unsafe product += row + 1
                        }
                    }
                }
            }
        }
    }

    /// Adds the sums of other images.
    public mutating func merge(_ other: PositionalMoments) {
        precondition(
            other.rows == rows && other.columns == columns && other.dimension == dimension,
            "the moments are of another shape"
        )
        images += other.images
        for index in sums.indices { sums[index] += other.sums[index] }
        for index in products.indices { products[index] += other.products[index] }
    }
}
