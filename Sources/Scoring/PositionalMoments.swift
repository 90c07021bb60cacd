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
    /// The factors of an image that features are regressed on; 0 for none.
    public let factors: Int
    /// The images added.
    public internal(set) var images = 0
    /// Sums of the features, shape `[positions, dimension]`.
    var sums: [Float]
    /// Sums of their products, the lower triangles, shape `[positions, dimension * (dimension + 1) / 2]`.
    var products: [Float]
    /// Sums of the factors, shape `[factors]`.
    var factorSums: [Double]
    /// Sums of their products, the lower triangle, shape `[factors * (factors + 1) / 2]`.
    var factorProducts: [Double]
    /// Sums of the products of features and factors, shape `[positions, dimension, factors]`.
    var crossProducts: [Float]

    /// Creates empty moments.
    public init(rows: Int, columns: Int, dimension: Int, factors: Int = 0) {
        precondition(rows > 0 && columns > 0 && dimension > 0, "sizes must be positive")
        precondition(factors >= 0, "the number of factors can't be negative")
        self.rows = rows
        self.columns = columns
        self.dimension = dimension
        self.factors = factors
        sums = [Float](repeating: 0, count: rows * columns * dimension)
        products = [Float](repeating: 0, count: rows * columns * dimension * (dimension + 1) / 2)
        factorSums = [Double](repeating: 0, count: factors)
        factorProducts = [Double](repeating: 0, count: factors * (factors + 1) / 2)
        crossProducts = [Float](repeating: 0, count: rows * columns * dimension * factors)
    }

    /// Adds one image.
    ///
    /// - Parameters:
    ///   - features: Shape `[rows, columns, dimension]`.
    ///   - codes: The image's factors, shape `[factors]`.
    ///   - kernels: The kernels for the products.
    public mutating func add(_ features: FeatureMap, factors codes: [Float] = [], kernels: Kernels)
    {
        add([DetectorFeatures(map: features, factors: codes)], kernels: kernels)
    }

    /// Adds images, with the same sums as one by one, in order.
    ///
    /// The sums with factors are the largest ones, and are read and written once for all images.
    package mutating func add(_ images: [DetectorFeatures], kernels: Kernels) {
        for image in images {
            precondition(
                image.map.height == rows && image.map.width == columns
                    && image.map.channels == dimension,
                "the features are of another shape"
            )
            precondition(image.factors.count == factors, "another number of factors")
            addFeatures(image.map, kernels: kernels)
            addFactors(image.factors)
        }
        self.images += images.count
        addCrossProducts(images, kernels: kernels)
    }

    private mutating func addFeatures(_ features: FeatureMap, kernels: Kernels) {
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

    private mutating func addFactors(_ codes: [Float]) {
        var entry = 0
        for row in 0..<factors {
            factorSums[row] += Double(codes[row])
            for column in 0...row {
                factorProducts[entry] += Double(codes[row]) * Double(codes[column])
                entry += 1
            }
        }
    }

    private mutating func addCrossProducts(_ images: [DetectorFeatures], kernels: Kernels) {
        guard factors > 0, !images.isEmpty else { return }
        let factors = factors
        let features = images.count == 1 ? images[0].map.elements : images.flatMap(\.map.elements)
        let codes = images.flatMap(\.factors)
        unsafe features.withUnsafeBufferPointer { features in
            unsafe codes.withUnsafeBufferPointer { codes in
                unsafe crossProducts.withUnsafeMutableBufferPointer { crosses in
                    guard let features = features.baseAddress, let codes = codes.baseAddress,
                        let crosses = crosses.baseAddress
                    else { return }
                    let count = images[0].map.elements.count
                    unsafe kernels.transposedProduct(
                        features,
                        columns: count,
                        stride: count,
                        .init(codes, rows: images.count, stride: factors, length: factors),
                        addingTo: crosses,
                        outStride: factors
                    )
                }
            }
        }
    }

    /// Adds the sums of other images.
    public mutating func merge(_ other: PositionalMoments) {
        precondition(
            other.rows == rows && other.columns == columns && other.dimension == dimension
                && other.factors == factors,
            "the moments are of another shape"
        )
        images += other.images
        for index in sums.indices { sums[index] += other.sums[index] }
        for index in products.indices { products[index] += other.products[index] }
        for index in factorSums.indices { factorSums[index] += other.factorSums[index] }
        for index in factorProducts.indices {
            factorProducts[index] += other.factorProducts[index]
        }
        for index in crossProducts.indices { crossProducts[index] += other.crossProducts[index] }
    }
}
