internal import Tensors

/// Means and covariances of features at each position, given the factors of the image.
///
/// With features `f` and factors `z`: `A = cov(f, z) cov(z, z)^-1`, the loadings; `E f - A E z`, the means where factors are
/// zero; `cov(f, f) - A cov(z, f)`, the covariance that is left, enlarged for the degrees of freedom that the regression used.
///
/// > Source: the conditional distribution of a joint Gaussian, e.g. Bishop (2006), "Pattern Recognition and Machine
/// > Learning", 2.3.1.
struct ConditionalMoments {
    /// Shape `[positions, dimension]`.
    let means: Matrix
    /// Shape `[positions * factors, dimension]`; nil without factors.
    ///
    /// Rounded before the means are taken, so that these fit the loadings that images will meet.
    let loadings: BFloat16Matrix?
    /// The lower triangles, shape `[positions, dimension * (dimension + 1) / 2]`.
    let covariances: [Float]

    init(_ moments: PositionalMoments) {
        let (dimension, factors) = (moments.dimension, moments.factors)
        let positions = moments.rows * moments.columns
        let share = 1 / Double(moments.images)
        var means = Matrix(rows: positions, columns: dimension)
        for index in means.elements.indices {
            means.elements[index] = moments.sums[index] * Float(share)
        }
        var covariances = moments.products
        var index = 0
        for position in 0..<positions {
            for row in 0..<dimension {
                let m = means[position, row]
                for column in 0...row {
                    covariances[index] =
                        covariances[index] * Float(share) - m * means[position, column]
                    index += 1
                }
            }
        }
        guard factors > 0 else {
            self.means = means
            loadings = nil
            self.covariances = covariances
            return
        }
        let center = moments.factorSums.map { $0 * share }
        let whitener = Self.whitener(moments, center: center)
        var loadings = [UInt16](repeating: 0, count: positions * factors * dimension)
        // Each image more than there are factors is one degree of freedom that is left.
        let left = max(1, moments.images - factors - 1)
        let enlargement = Double(moments.images) / Double(left)
        var crosses = [Double](repeating: 0, count: dimension * factors)
        var whitened = crosses
        let triangle = dimension * (dimension + 1) / 2
        for position in 0..<positions {
            let first = position * dimension
            for row in 0..<dimension {
                for factor in 0..<factors {
                    crosses[row * factors + factor] =
                        Double(moments.crossProducts[(first + row) * factors + factor]) * share
                        - Double(means[position, row]) * center[factor]
                }
            }
            // cov(z, z)^-1 = W' W, so that A = (C W') W and A C' = (C W')(C W')'.
            for row in 0..<dimension {
                let start = row * factors
                for factor in 0..<factors {
                    let w = factor * (factor + 1) / 2
                    var sum = 0.0
                    for other in 0...factor { sum += whitener[w + other] * crosses[start + other] }
                    whitened[start + factor] = sum
                }
                var offset = 0.0
                for factor in 0..<factors {
                    var sum = 0.0
                    for other in factor..<factors {
                        sum += whitener[other * (other + 1) / 2 + factor] * whitened[start + other]
                    }
                    let loading = BFloat16Array.bitPattern(rounding: Float(sum))
                    loadings[(position * factors + factor) * dimension + row] = loading
                    offset += Double(BFloat16Array.number(of: loading)) * center[factor]
                }
                means[position, row] -= Float(offset)
            }
            var entry = position * triangle
            for row in 0..<dimension {
                for column in 0...row {
                    var explained = 0.0
                    for factor in 0..<factors {
                        explained +=
                            whitened[row * factors + factor] * whitened[column * factors + factor]
                    }
                    covariances[entry] = Float(
                        (Double(covariances[entry]) - explained) * enlargement
                    )
                    entry += 1
                }
            }
        }
        self.means = means
        self.loadings = BFloat16Matrix(
            rows: positions * factors,
            columns: dimension,
            filledWith: BFloat16Array(bitPatterns: loadings)
        )
        self.covariances = covariances
    }

    /// The inverse Cholesky factor of the factors' covariance.
    private static func whitener(_ moments: PositionalMoments, center: [Double]) -> [Double] {
        let share = 1 / Double(moments.images)
        var covariance = moments.factorProducts.map { $0 * share }
        var trace = 0.0
        for row in 0..<moments.factors {
            for column in 0...row {
                covariance[row * (row + 1) / 2 + column] -= center[row] * center[column]
            }
            trace += covariance[row * (row + 3) / 2]
        }
        return inverseCholesky(
            covariance,
            dimension: moments.factors,
            // Factors have about unit variance; where images are all alike they have none to be explained by.
            floor: max(1e-3 * trace / Double(moments.factors), 1e-4)
        )
    }
}
