import Scoring
import Tensors

/// A Gaussian per position, given the factors of the image, as its documentation says it, in double precision.
struct ReferenceGaussian {
    let rows: Int
    let columns: Int
    let dimension: Int
    /// The mean features where all factors are zero, position by position.
    private(set) var means: [[Double]] = []
    /// What each factor adds to each feature, position by position; empty without factors.
    private(set) var loadings: [[[Double]]] = []
    private var covariances: [[[Double]]] = []

    init(
        _ images: [FeatureMap],
        factors: [[Float]] = [],
        regularization: PositionalGaussian.Regularization
    ) {
        (rows, columns) = (images[0].height, images[0].width)
        dimension = images[0].channels
        let places = (0..<rows).flatMap { y in (0..<columns).map { (y, $0) } }
        let fits = places.map { y, x in
            Self.regression(
                of: images.map { image in (0..<image.channels).map { Double(image[y, x, $0]) } },
                on: factors.map { $0.map(Double.init) }
            )
        }
        let raw = fits.map(\.residual)
        means = fits.map(\.intercept)
        loadings = factors.isEmpty ? [] : fits.map(\.loadings)
        let all = Self.average(raw)
        let trace = (0..<dimension).reduce(0) { $0 + all[$1][$1] }
        let floor = Double(regularization.floor) * trace / Double(dimension)
        let share = Double(regularization.shrinkage)
        for (y, x) in places {
            let near = places.indices.filter {
                max(abs(places[$0].0 - y), abs(places[$0].1 - x)) <= regularization.reach
            }
            let local = Self.average(near.map { raw[$0] })
            covariances.append(
                (0..<dimension).map { a in
                    (0..<dimension).map { b in
                        (1 - share) * local[a][b] + share * all[a][b] + (a == b ? floor : 0)
                    }
                }
            )
        }
    }

    /// The Mahalanobis distance at each position.
    func distances(of features: FeatureMap, factors codes: [Float] = []) -> [Double] {
        (0..<rows * columns).map { place in
            let delta = (0..<dimension).map { feature in
                let led = codes.indices.reduce(means[place][feature]) {
                    $0 + loadings[place][feature][$1] * Double(codes[$1])
                }
                return Double(features.elements[place * dimension + feature]) - led
            }
            let solved = Self.solve(covariances[place], delta)
            return zip(delta, solved).reduce(0) { $0 + $1.0 * $1.1 }.squareRoot()
        }
    }

    /// The regression of vectors on factors, one row of either per image, by its normal equations.
    ///
    /// The factors' covariance has a thousandth of its mean variance added to its diagonal; the residual covariance is
    /// taken from the residuals' moments and divided by the degrees of freedom that are left.
    private static func regression(
        of vectors: [[Double]],
        on factors: [[Double]]
    ) -> (intercept: [Double], loadings: [[Double]], residual: [[Double]]) {
        let (mean, covariance) = moments(vectors)
        guard let width = factors.first?.count, width > 0 else { return (mean, [], covariance) }
        let (center, raw) = moments(factors)
        var spread = raw
        let ridge = 1e-3 * (0..<width).reduce(0) { $0 + raw[$1][$1] } / Double(width)
        for index in 0..<width { spread[index][index] += ridge }
        let count = Double(vectors.count)
        let size = mean.count
        let crosses = (0..<size).map { feature in
            (0..<width).map { factor in
                vectors.indices.reduce(0) {
                    $0 + (vectors[$1][feature] - mean[feature])
                        * (factors[$1][factor] - center[factor])
                } / count
            }
        }
        let loadings = crosses.map { solve(spread, $0) }
        let enlargement = count / Double(max(1, vectors.count - width - 1))
        let residual = (0..<size).map { a in
            (0..<size).map { b in
                let explained = (0..<width).reduce(0) { $0 + loadings[a][$1] * crosses[b][$1] }
                return (covariance[a][b] - explained) * enlargement
            }
        }
        let intercept = (0..<size).map { feature in
            (0..<width).reduce(mean[feature]) { $0 - loadings[feature][$1] * center[$1] }
        }
        return (intercept, loadings, residual)
    }

    private static func moments(
        _ vectors: [[Double]]
    ) -> (mean: [Double], covariance: [[Double]]) {
        let count = Double(vectors.count)
        let size = vectors[0].count
        let mean = (0..<size).map { index in vectors.reduce(0) { $0 + $1[index] } / count }
        let covariance = (0..<size).map { a in
            (0..<size).map { b in
                vectors.reduce(0) { $0 + ($1[a] - mean[a]) * ($1[b] - mean[b]) } / count
            }
        }
        return (mean, covariance)
    }

    private static func average(_ matrices: [[[Double]]]) -> [[Double]] {
        let size = matrices[0].count
        return (0..<size).map { a in
            (0..<size).map { b in
                matrices.reduce(0) { $0 + $1[a][b] } / Double(matrices.count)
            }
        }
    }

    /// Gaussian elimination with pivoting.
    private static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
        var rows = zip(matrix, right).map { $0 + [$1] }
        let size = right.count
        for column in 0..<size {
            let pivot = (column..<size).max { abs(rows[$0][column]) < abs(rows[$1][column]) }
            rows.swapAt(column, pivot ?? column)
            for row in 0..<size where row != column {
                let factor = rows[row][column] / rows[column][column]
                for index in column...size { rows[row][index] -= factor * rows[column][index] }
            }
        }
        return (0..<size).map { rows[$0][size] / rows[$0][$0] }
    }
}
