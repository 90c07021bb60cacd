public import Patches
public import Tensors

/// Brings the codes of a layer to few decorrelated features per place.
public struct FeatureReduction: Sendable, Equatable, Codable {
    /// The side of the square of places over which codes are averaged.
    public let window: Int
    /// The standardising, decorrelating projection of averaged codes.
    public let whitening: Whitening

    /// Creates a reduction from stored numbers.
    public init(window: Int, whitening: Whitening) {
        self.window = window
        self.whitening = whitening
    }

    /// Learns a reduction from samples of averaged codes.
    ///
    /// Each code is divided by its standard deviation first, so that rarely used atoms count as much as others. All codes
    /// of a layer are in one unit, responses to unit-norm atoms of whitened patches; one that varies by less than a tenth of
    /// their root mean square is divided by that tenth. The samples then hold too few of its responses to tell its
    /// deviation: divided by what chance makes of it, a single response in an unusual image is worth thousands of others.
    ///
    /// - Parameters:
    ///   - samples: Shape `[count, channels]`.
    ///   - dimension: The components to keep.
    ///   - window: The averaging that made the samples.
    ///   - kernels: The kernels for the products.
    public init(learningFrom samples: Matrix, dimension: Int, window: Int, kernels: Kernels) {
        let found = samples.deviations()
        let squares = found.reduce(0) { $0 + $1 * $1 }
        let usual = (squares / Float(max(1, found.count))).squareRoot()
        // The constant is for samples that are all alike.
        let deviations = found.map { max($0, Self.leastDeviation * usual) + 1e-4 }
        var scaled = samples
        for row in 0..<samples.rows {
            for column in 0..<samples.columns { scaled[row, column] /= deviations[column] }
        }
        let whitening = Whitening(
            samples: scaled,
            components: dimension,
            epsilon: 1e-3,
            kernels: kernels
        )
        var projection = whitening.projection
        for row in 0..<projection.rows {
            for column in 0..<projection.columns { projection[row, column] /= deviations[column] }
        }
        let mean = zip(whitening.mean, deviations).map { $0 * $1 }
        self.init(
            window: window,
            whitening: Whitening(
                mean: mean,
                projection: projection,
                keptVariance: whitening.keptVariance
            )
        )
    }

    /// The least deviation that a code is taken to have, as a share of the root mean square of all codes' deviations.
    private static let leastDeviation: Float = 0.1

    /// The number of features.
    public var dimension: Int { whitening.projection.rows }
}

extension Matrix {
    /// The standard deviation of each column.
    func deviations() -> [Float] {
        var sums = [Double](repeating: 0, count: columns)
        var squares = sums
        for row in 0..<rows {
            for column in 0..<columns {
                let value = Double(self[row, column])
                sums[column] += value
                squares[column] += value * value
            }
        }
        let count = Double(max(1, rows))
        return (0..<columns).map { column in
            let mean = sums[column] / count
            return Float(max(0, squares[column] / count - mean * mean).squareRoot())
        }
    }
}

/// A reduction ready to run: the whitening folded into one product.
struct PreparedReduction: Sendable {
    private let filters: RightFactor
    private let offset: [Float]
    private let kernels: Kernels

    /// Places whose codes are multiplied together.
    private static let block = 96

    init(_ reduction: FeatureReduction, kernels: Kernels) {
        let (filters, offset) = reduction.whitening.folded(centred: false)
        self.filters = kernels.rightFactor(filters.transposed)
        self.offset = offset
        self.kernels = kernels
    }

    /// Features of averaged codes, at the same places.
    func apply(to averaged: FeatureMap) -> FeatureMap {
        precondition(averaged.channels == filters.depth, "the codes are of another layer")
        let places = averaged.height * averaged.width
        var features = FeatureMap(
            height: averaged.height,
            width: averaged.width,
            channels: filters.columns
        )
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: filters.scratchCount + 2 * Self.block
        ) { memory in
            unsafe averaged.elements.withUnsafeBufferPointer { codes in
                unsafe features.elements.withUnsafeMutableBufferPointer { out in
                    guard let codes = codes.baseAddress, let out = out.baseAddress,
                        let ones = memory.baseAddress
                    else { return }
                    unsafe ones.update(repeating: 1, count: Self.block)
                    for first in stride(from: 0, to: places, by: Self.block) {
                        let count = min(Self.block, places - first)
                        let rows = unsafe out + first * filters.columns
                        unsafe kernels.multiply(
                            codes + first * filters.depth,
                            rows: count,
                            by: filters,
                            into: rows,
                            scratch: ones + 2 * Self.block
                        )
                        unsafe kernels.normalizeRows(
                            rows,
                            count: count,
                            columns: filters.columns,
                            stride: filters.columns,
                            scale: ones,
                            offset: offset,
                            norms: ones + Self.block
                        )
                    }
                }
            }
        }
        return features
    }
}
