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
    private let packed: PackedMatrix
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
        packed = kernels.pack(factor)
    }

    /// The nearest exemplar of each row and the distance to it.
    func nearest(to rows: Matrix) -> (distances: [Float], indices: [UInt32]) {
        let block = 128
        var distances = [Float](repeating: 0, count: rows.rows)
        var indices = [UInt32](repeating: 0, count: rows.rows)
        var left = Matrix(rows: block, columns: dimension + 1, repeating: 1)
        var norms = [Float](repeating: 0, count: block)
        for first in stride(from: 0, to: rows.rows, by: block) {
            let count = min(block, rows.rows - first)
            for row in 0..<count {
                var norm: Float = 0
                for column in 0..<dimension {
                    let value = rows[first + row, column]
                    left[row, column] = value
                    norm += value * value
                }
                norms[row] = norm
            }
            let products = kernels.multiply(left, packed)
            unsafe products.elements.withUnsafeBufferPointer { products in
                unsafe distances.withUnsafeMutableBufferPointer { distances in
                    unsafe indices.withUnsafeMutableBufferPointer { indices in
                        guard let products = products.baseAddress,
                            let distances = distances.baseAddress,
                            let indices = indices.baseAddress
                        else { return }
                        unsafe kernels.rowMaximum(
                            products,
                            count: count,
                            columns: packed.columns,
                            stride: packed.columns,
                            absolute: false,
                            best: distances + first,
                            index: indices + first
                        )
                    }
                }
            }
            for row in 0..<count {
                let square = norms[row] - 2 * distances[first + row]
                // What is no number stays none.
                distances[first + row] = square < 0 ? 0 : square.squareRoot()
            }
        }
        return (distances, indices)
    }
}
