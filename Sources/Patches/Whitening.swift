public import Tensors

/// Decorrelates patches and brings their leading directions to unit variance.
///
/// `x = P (p - mean)` with rows of `P` the leading eigenvectors of the covariance, each divided by
/// `sqrt(eigenvalue + epsilon)`.
public struct Whitening: Sendable, Equatable, Codable {
    /// The mean of the patches, shape `[depth]`.
    public let mean: [Float]
    /// The projection, shape `[components, depth]`.
    public let projection: Matrix
    /// The share of the patches' variance that the components hold, in `0...1`.
    public let keptVariance: Float

    /// Creates a whitening from stored numbers.
    public init(mean: [Float], projection: Matrix, keptVariance: Float) {
        precondition(mean.count == projection.columns, "mean and projection differ in depth")
        self.mean = mean
        self.projection = projection
        self.keptVariance = keptVariance
    }

    /// Learns a whitening from sample patches.
    ///
    /// - Parameters:
    ///   - samples: One patch per row, shape `[count, depth]`, count at least 1.
    ///   - components: The wanted number of components; fewer are kept where the patches have less depth.
    ///   - epsilon: Added to each eigenvalue, as a share of the largest one.
    ///   - kernels: The kernels for the products.
    public init(samples: Matrix, components: Int, epsilon: Float, kernels: Kernels) {
        let (mean, covariance) = samples.meanAndCovariance(kernels: kernels)
        let count = min(components, samples.columns)
        let eigen = SymmetricEigen(leading: count, of: covariance, kernels: kernels)
        var projection = eigen.vectors
        // Samples that are all alike leave only rounding, which must not be blown up to unit variance: what varies by
        // less than 8-bit intensities in [0, 1] are rounded by (variance 1.3e-6) counts as constant.
        let floor = max(epsilon * (eigen.values.first ?? 0), 1e-6)
        for row in 0..<count {
            let scale = 1 / (eigen.values[row] + floor).squareRoot()
            for column in 0..<projection.columns { projection[row, column] *= scale }
        }
        var total: Float = 0
        for index in 0..<covariance.rows { total += covariance[index, index] }
        self.init(
            mean: mean,
            projection: projection,
            keptVariance: total > 0 ? max(0, min(1, eigen.values.reduce(0, +) / total)) : 1
        )
    }
}

extension Whitening {
    /// Whitens patches.
    ///
    /// - Parameters:
    ///   - patches: Shape `[count, depth]`.
    ///   - kernels: The kernels for the product.
    /// - Returns: Shape `[count, components]`.
    public func apply(to patches: Matrix, kernels: Kernels) -> Matrix {
        var result = kernels.multiply(patches, projection.transposed)
        let offset = (0..<projection.rows).map { row in
            var sum = 0.0
            for column in 0..<projection.columns {
                sum += Double(projection[row, column]) * Double(mean[column])
            }
            return Float(sum)
        }
        for row in 0..<result.rows {
            for column in 0..<result.columns { result[row, column] -= offset[column] }
        }
        return result
    }
}

extension Whitening {
    /// The whitening of normalised patches as filters of the patches as they are: `P (s (p - m) - mean) = s F p - offset`.
    ///
    /// - Parameter centred: Whether a patch's own mean `m` is taken out; the filters are then less their own means.
    /// - Returns: `F`, shape `[components, depth]`, and `P mean`, shape `[components]`.
    package func folded(centred: Bool) -> (filters: Matrix, offset: [Float]) {
        var filters = projection
        let (rows, depth) = (projection.rows, projection.columns)
        var offset = [Float](repeating: 0, count: rows)
        unsafe filters.elements.withUnsafeMutableBufferPointer { filters in
            unsafe mean.withUnsafeBufferPointer { mean in
                for row in 0..<rows {
                    let first = row * depth
                    var sum = 0.0
                    var shift = 0.0
                    for column in 0..<depth {
                        let filter = unsafe Double(filters[first + column])
                        sum += filter
                        shift += unsafe filter * Double(mean[column])
                    }
                    offset[row] = Float(shift)
                    guard centred else { continue }
                    let share = Float(sum / Double(depth))
                    for column in 0..<depth { unsafe filters[first + column] -= share }
                }
            }
        }
        return (filters, offset)
    }
}
