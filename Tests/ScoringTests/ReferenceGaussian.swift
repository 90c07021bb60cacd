import Scoring
import Tensors

/// A Gaussian per position as its documentation says it, in double precision.
struct ReferenceGaussian {
    let rows: Int
    let columns: Int
    let dimension: Int
    private var means: [[Double]] = []
    private var covariances: [[[Double]]] = []

    init(_ images: [FeatureMap], regularization: PositionalGaussian.Regularization) {
        (rows, columns) = (images[0].height, images[0].width)
        dimension = images[0].channels
        let places = (0..<rows).flatMap { y in (0..<columns).map { (y, $0) } }
        let raw = places.map { y, x in
            Self.moments(
                images.map { image in (0..<image.channels).map { Double(image[y, x, $0]) } }
            )
        }
        means = raw.map(\.mean)
        let all = Self.average(raw.map(\.covariance))
        let trace = (0..<dimension).reduce(0) { $0 + all[$1][$1] }
        let floor = Double(regularization.floor) * trace / Double(dimension)
        let share = Double(regularization.shrinkage)
        for (y, x) in places {
            let near = places.indices.filter {
                max(abs(places[$0].0 - y), abs(places[$0].1 - x)) <= regularization.reach
            }
            let local = Self.average(near.map { raw[$0].covariance })
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
    func distances(of features: FeatureMap) -> [Double] {
        (0..<rows * columns).map { place in
            let delta = (0..<dimension).map {
                Double(features.elements[place * dimension + $0]) - means[place][$0]
            }
            let solved = Self.solve(covariances[place], delta)
            return zip(delta, solved).reduce(0) { $0 + $1.0 * $1.1 }.squareRoot()
        }
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
