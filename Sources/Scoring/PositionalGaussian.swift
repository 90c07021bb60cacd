public import Tensors

/// What is normal at each position: one Gaussian of features per place of a grid laid over the image.
///
/// The error of an image at a position is the Mahalanobis distance of its features there. Positions are relative to the
/// size of the image, so images of any size and aspect fit.
///
/// > Source: Defard, Setkov, Loesch, Audigier (2021), "PaDiM"; here on sparse codes, with each covariance averaged
/// > over the neighbouring positions and shrunk towards the mean covariance of all, so that few normal images suffice.
/// > The mean may depend on the image's ``ImageFactors``, by a linear regression at each position: the Gaussian is then the
/// > conditional one.
public struct PositionalGaussian: Sendable, Equatable {
    /// The rows of the grid of positions.
    public let rows: Int
    /// The columns of the grid of positions.
    public let columns: Int
    /// The numbers in a feature vector.
    public let dimension: Int
    /// The mean features, where all factors are zero, shape `[rows * columns, dimension]`.
    public let means: Matrix
    /// What each factor of the image adds to them, shape `[rows * columns * dimension, factors]`; nil without factors.
    public let loadings: Matrix?
    /// The inverse Cholesky factors `W` of the covariances, `W' W` their inverses, lower triangle row after row.
    ///
    /// Shape `[rows * columns, dimension (dimension + 1) / 2]`.
    public let whiteners: Matrix

    /// Creates a model from stored numbers.
    public init(
        rows: Int,
        columns: Int,
        dimension: Int,
        means: Matrix,
        loadings: Matrix? = nil,
        whiteners: Matrix
    ) {
        precondition(
            means.rows == rows * columns && whiteners.rows == means.rows
                && means.columns == dimension
                && whiteners.columns == dimension * (dimension + 1) / 2,
            "sizes don't fit together"
        )
        precondition(loadings.map { $0.rows == means.elements.count } ?? true, "too few loadings")
        self.rows = rows
        self.columns = columns
        self.dimension = dimension
        self.means = means
        self.loadings = loadings
        self.whiteners = whiteners
    }

    /// How covariances are made safe for few images.
    public struct Regularization: Sendable, Equatable, Codable {
        /// The share of the mean covariance of all positions, in `0...1`.
        public var shrinkage: Float
        /// How far covariances are averaged over neighbouring positions, in places.
        public var reach: Int
        /// Added to the diagonal, as a share of the mean variance.
        public var floor: Float

        /// Creates a regularisation.
        public init(shrinkage: Float = 0.1, reach: Int = 1, floor: Float = 1e-3) {
            self.shrinkage = shrinkage
            self.reach = reach
            self.floor = floor
        }
    }

    /// Learns the Gaussians.
    ///
    /// - Parameters:
    ///   - folds: Moments of the normal images, as one or several parts that are added up.
    ///   - regularization: How covariances are made safe.
    public init(_ folds: [PositionalMoments], regularization: Regularization) {
        precondition(!folds.isEmpty, "no moments")
        var total = folds[0]
        for fold in folds.dropFirst() { total.merge(fold) }
        precondition(total.images > 0, "no images")
        let (rows, columns, dimension) = (total.rows, total.columns, total.dimension)
        let triangle = dimension * (dimension + 1) / 2
        let conditional = ConditionalMoments(total)
        let covariances = conditional.covariances
        var mean = [Double](repeating: 0, count: triangle)
        for index in covariances.indices { mean[index % triangle] += Double(covariances[index]) }
        var trace = 0.0
        for entry in mean.indices { mean[entry] /= Double(rows * columns) }
        for row in 0..<dimension { trace += mean[row * (row + 3) / 2] }
        // Features have about unit variance over all positions: a thousandth of their deviation is the least that counts
        // where images are all alike.
        let floor = max(Double(regularization.floor) * trace / Double(dimension), 1e-6)
        var whiteners = Matrix(rows: rows * columns, columns: triangle)
        var covariance = [Double](repeating: 0, count: triangle)
        let shrinkage = Double(regularization.shrinkage)
        for y in 0..<rows {
            for x in 0..<columns {
                let near = Self.neighbours(y, x, rows, columns, regularization.reach)
                for entry in 0..<triangle { covariance[entry] = 0 }
                for position in near {
                    let start = position * triangle
                    for entry in 0..<triangle {
                        covariance[entry] += Double(covariances[start + entry])
                    }
                }
                for entry in 0..<triangle {
                    covariance[entry] =
                        (1 - shrinkage) * covariance[entry] / Double(near.count)
                        + shrinkage * mean[entry]
                }
                let inverse = inverseCholesky(covariance, dimension: dimension, floor: floor)
                let start = (y * columns + x) * triangle
                for entry in 0..<triangle {
                    whiteners.elements[start + entry] = Float(inverse[entry])
                }
            }
        }
        self.init(
            rows: rows,
            columns: columns,
            dimension: dimension,
            means: conditional.means,
            loadings: conditional.loadings,
            whiteners: whiteners
        )
    }

    private static func neighbours(
        _ y: Int,
        _ x: Int,
        _ rows: Int,
        _ columns: Int,
        _ reach: Int
    ) -> [Int] {
        var result: [Int] = []
        for row in max(0, y - reach)...min(rows - 1, y + reach) {
            for column in max(0, x - reach)...min(columns - 1, x + reach) {
                result.append(row * columns + column)
            }
        }
        return result
    }

    /// The Mahalanobis distance of an image's features at each position.
    ///
    /// - Parameters:
    ///   - features: Shape `[rows, columns, dimension]`.
    ///   - codes: The image's factors, shape `[factors]`.
    ///   - kernels: The kernels for the inner products.
    /// - Returns: Unitless, about `sqrt(dimension)` where normal, shape `[rows, columns]`.
    public func distances(
        of features: FeatureMap,
        factors codes: [Float] = [],
        kernels: Kernels
    ) -> Matrix {
        precondition(
            features.height == rows && features.width == columns
                && features.channels == dimension,
            "the features are of another shape"
        )
        precondition(codes.count == loadings?.columns ?? 0, "another number of factors")
        var result = Matrix(rows: rows, columns: columns)
        let expected = expectation(of: codes, kernels: kernels)
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: dimension) { scratch in
            unsafe whiteners.elements.withUnsafeBufferPointer { whiteners in
                guard let delta = scratch.baseAddress, var factor = whiteners.baseAddress
                else { return }
                for position in 0..<rows * columns {
                    let start = position * dimension
                    for index in 0..<dimension {
                        unsafe delta[index] =
                            features.elements[start + index] - expected[start + index]
                    }
                    var sum: Float = 0
                    for row in 0..<dimension {
                        let value = unsafe kernels.dot(factor, delta, count: row + 1)
                        sum += value * value
                        unsafe factor += row + 1
                    }
                    result.elements[position] = sum.squareRoot()
                }
            }
        }
        return result
    }

    /// The features that an image's factors lead to expect, shape `[rows * columns * dimension]`.
    private func expectation(of codes: [Float], kernels: Kernels) -> [Float] {
        guard let loadings else { return means.elements }
        var result = means.elements
        unsafe loadings.elements.withUnsafeBufferPointer { loadings in
            unsafe codes.withUnsafeBufferPointer { codes in
                guard let loadings = loadings.baseAddress, let code = codes.baseAddress else {
                    return
                }
                for index in result.indices {
                    result[index] += unsafe kernels.dot(
                        loadings + index * codes.count,
                        code,
                        count: codes.count
                    )
                }
            }
        }
        return result
    }
}
