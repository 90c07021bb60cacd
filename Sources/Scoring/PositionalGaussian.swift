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
///
/// The loadings and the whiteners are nearly all that a model weighs, and each image reads them whole; so they are kept in
/// bfloat16. They are rounded where they are learned: calibrations are measured with the numbers that are stored.
public struct PositionalGaussian: Sendable, Equatable, Codable {
    /// The rows of the grid of positions.
    public let rows: Int
    /// The columns of the grid of positions.
    public let columns: Int
    /// The numbers in a feature vector.
    public let dimension: Int
    /// The mean features, where all factors are zero, shape `[rows * columns, dimension]`.
    public let means: Matrix
    /// What each factor of the image adds to them, shape `[rows * columns * factors, dimension]`; nil without factors.
    public let loadings: BFloat16Matrix?
    /// The inverse Cholesky factors `W` of the covariances, `W' W` their inverses, lower triangle column after column.
    ///
    /// Shape `[rows * columns, dimension (dimension + 1) / 2]`.
    public let whiteners: BFloat16Matrix

    /// Creates a model from stored numbers.
    public init(
        rows: Int,
        columns: Int,
        dimension: Int,
        means: Matrix,
        loadings: BFloat16Matrix? = nil,
        whiteners: BFloat16Matrix
    ) {
        precondition(
            means.rows == rows * columns && whiteners.rows == means.rows
                && means.columns == dimension
                && whiteners.columns == dimension * (dimension + 1) / 2,
            "sizes don't fit together"
        )
        precondition(
            loadings.map { $0.rows % means.rows == 0 && $0.columns == dimension } ?? true,
            "loadings are of another shape"
        )
        self.rows = rows
        self.columns = columns
        self.dimension = dimension
        self.means = means
        self.loadings = loadings
        self.whiteners = whiteners
    }

    /// The number of factors that an image is described by.
    public var factors: Int { loadings.map { $0.rows / means.rows } ?? 0 }

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
        var whiteners: [UInt16] = []
        whiteners.reserveCapacity(rows * columns * triangle)
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
                for column in 0..<dimension {
                    for row in column..<dimension {
                        let entry = Float(inverse[row * (row + 1) / 2 + column])
                        whiteners.append(BFloat16Array.bitPattern(rounding: entry))
                    }
                }
            }
        }
        self.init(
            rows: rows,
            columns: columns,
            dimension: dimension,
            means: conditional.means,
            loadings: conditional.loadings,
            whiteners: BFloat16Matrix(
                rows: rows * columns,
                columns: triangle,
                filledWith: BFloat16Array(bitPatterns: whiteners)
            )
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
        precondition(codes.count == factors, "another number of factors")
        var result = Matrix(rows: rows, columns: columns)
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: Self.positionsAtOnce * dimension
        ) { deviations in
            unsafe result.elements.withUnsafeMutableBufferPointer { distances in
                unsafe measure(
                    features,
                    codes,
                    kernels,
                    deviations: deviations,
                    distances: distances
                )
            }
        }
        return result
    }

    /// Positions whose deviations stay in the first-level cache until they are measured.
    private static let positionsAtOnce = 32

    private func measure(
        _ features: FeatureMap,
        _ codes: [Float],
        _ kernels: Kernels,
        deviations: UnsafeMutableBufferPointer<Float>,
        distances: UnsafeMutableBufferPointer<Float>
    ) {
        unsafe features.elements.withUnsafeBufferPointer { features in
            unsafe means.elements.withUnsafeBufferPointer { means in
                unsafe codes.withUnsafeBufferPointer { codes in
                    unsafe whiteners.elements.withUnsafeBufferPointer { whiteners in
                        unsafe withLoadings { loadings in
                            guard let features = features.baseAddress,
                                let means = means.baseAddress,
                                let whiteners = whiteners.baseAddress,
                                let deviations = deviations.baseAddress,
                                let distances = distances.baseAddress
                            else { return }
                            let positions = rows * columns
                            for first in stride(from: 0, to: positions, by: Self.positionsAtOnce) {
                                let count = min(Self.positionsAtOnce, positions - first)
                                unsafe kernels.deviations(
                                    of: features + first * dimension,
                                    from: means + first * dimension,
                                    loadings: loadings.map {
                                        unsafe $0 + first * codes.count * dimension
                                    },
                                    positions: count,
                                    dimension: dimension,
                                    codes: codes.baseAddress,
                                    factors: codes.count,
                                    into: deviations
                                )
                                unsafe kernels.triangleNorms(
                                    whiteners + first * self.whiteners.columns,
                                    deviations,
                                    positions: count,
                                    dimension: dimension,
                                    into: distances + first
                                )
                            }
                            for position in 0..<positions {
                                unsafe distances[position] = distances[position].squareRoot()
                            }
                        }
                    }
                }
            }
        }
    }

    private func withLoadings(_ body: (UnsafePointer<UInt16>?) -> Void) {
        guard let loadings else { return body(nil) }
        unsafe loadings.elements.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
    }
}
