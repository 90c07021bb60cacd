public import Tensors

/// A few hundred typical feature vectors; what is far from all of them is unusual.
///
/// The squared distance to the nearest one is the error of a 1-sparse reconstruction with coefficient 1.
public struct Exemplars: Sendable, Equatable, Codable {
    /// The exemplars as rows, shape `[count, dimension]`.
    public let vectors: Matrix

    /// Creates exemplars from stored numbers.
    public init(vectors: Matrix) { self.vectors = vectors }

    /// Learns exemplars by k-means.
    ///
    /// - Parameters:
    ///   - samples: Normal features, shape `[count, dimension]`, count at least 1.
    ///   - count: The wanted number; all samples are kept where there are fewer.
    ///   - seed: Chooses the first exemplars.
    ///   - kernels: The kernels for the products.
    ///   - iterations: Passes over the samples.
    /// > Source: Lloyd (1982), "Least squares quantization in PCM".
    public init(
        learningFrom samples: Matrix,
        count: Int,
        seed: UInt64,
        kernels: Kernels,
        iterations: Int = 8
    ) {
        guard samples.rows > count else {
            self.init(vectors: samples)
            return
        }
        var generator = SeededGenerator(seed: seed, stream: 0xE4E)
        let dimension = samples.columns
        var current = Matrix(rows: count, columns: dimension)
        for (row, sample) in generator.choose(count, of: samples.rows).enumerated() {
            for column in 0..<dimension { current[row, column] = samples[sample, column] }
        }
        for _ in 0..<iterations {
            let nearest = PreparedExemplars(Exemplars(vectors: current), kernels: kernels)
                .nearest(to: samples).indices
            var sums = [Double](repeating: 0, count: count * dimension)
            var members = [Int](repeating: 0, count: count)
            for (sample, exemplar) in nearest.enumerated() {
                let row = Int(exemplar)
                members[row] += 1
                for column in 0..<dimension {
                    sums[row * dimension + column] += Double(samples[sample, column])
                }
            }
            for row in 0..<count where members[row] > 0 {
                for column in 0..<dimension {
                    current[row, column] =
                        Float(sums[row * dimension + column] / Double(members[row]))
                }
            }
        }
        self.init(vectors: current)
    }
}

/// Exemplars ready to be searched: `|x - e|^2 = |x|^2 - 2 (x . e - |e|^2 / 2)`, so the nearest is the largest product of
/// `(x, 1)` with `(e, -|e|^2 / 2)`.
struct PreparedExemplars: Sendable {
    private let factor: RightFactor
    private let kernels: Kernels
    private let dimension: Int

    init(_ exemplars: Exemplars, kernels: Kernels) {
        self.kernels = kernels
        dimension = exemplars.vectors.columns
        let count = exemplars.vectors.rows
        var factor = Matrix(rows: dimension + 1, columns: count)
        for row in 0..<count {
            var square = 0.0
            for column in 0..<dimension {
                let value = exemplars.vectors[row, column]
                factor[column, row] = value
                square += Double(value) * Double(value)
            }
            factor[dimension, row] = Float(-square / 2)
        }
        self.factor = kernels.rightFactor(factor)
    }

    /// Rows that are multiplied together.
    private static let block = 96

    /// Searches for the nearest exemplar of each row.
    ///
    /// - Parameter rows: Shape `[count, dimension]`.
    /// - Returns: The distances to them and their numbers.
    func nearest(to rows: Matrix) -> (distances: [Float], indices: [UInt32]) {
        precondition(rows.columns == dimension, "the features are of another reduction")
        let count = rows.rows
        var distances = [Float](repeating: 0, count: count)
        var indices = [UInt32](repeating: 0, count: count)
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: Self.block * (factor.depth + factor.columns) + factor.scratchCount
        ) { memory in
            unsafe rows.elements.withUnsafeBufferPointer { rows in
                unsafe distances.withUnsafeMutableBufferPointer { distances in
                    unsafe indices.withUnsafeMutableBufferPointer { indices in
                        guard let rows = rows.baseAddress, let left = memory.baseAddress,
                            let distances = distances.baseAddress,
                            let indices = indices.baseAddress
                        else { return }
                        for first in stride(from: 0, to: count, by: Self.block) {
                            unsafe search(
                                rows + first * dimension,
                                count: min(Self.block, count - first),
                                memory: left,
                                distances: distances + first,
                                indices: indices + first
                            )
                        }
                    }
                }
            }
        }
        return (distances, indices)
    }

    /// Searches for a block of rows.
    private func search(
        _ rows: UnsafePointer<Float>,
        count: Int,
        memory left: UnsafeMutablePointer<Float>,
        distances: UnsafeMutablePointer<Float>,
        indices: UnsafeMutablePointer<UInt32>
    ) {
        for row in 0..<count {
            let place = unsafe left + row * factor.depth
            unsafe place.update(from: rows + row * dimension, count: dimension)
            unsafe place[dimension] = 1
        }
        let products = unsafe left + Self.block * factor.depth
        unsafe kernels.multiply(
            left,
            rows: count,
            by: factor,
            into: products,
            scratch: products + Self.block * factor.columns
        )
        unsafe kernels.rowMaximum(
            products,
            count: count,
            columns: factor.columns,
            stride: factor.columns,
            absolute: false,
            best: distances,
            index: indices
        )
        for row in 0..<count {
            let features = unsafe rows + row * dimension
            let norm = unsafe kernels.dot(features, features, count: dimension)
            let square = unsafe norm - 2 * distances[row]
            // What is no number stays none.
            unsafe distances[row] = square < 0 ? 0 : square.squareRoot()
        }
    }
}
