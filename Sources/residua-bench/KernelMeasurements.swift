internal import Tensors

/// The products of one set of kernels, each against the peak of the same instructions.
///
/// Every repetition runs peak, product, peak, and the share is taken within it, so that the clock
/// rate cancels out. Neighbours that take cache and memory slow the products alone: on a shared
/// machine the best share is nearer to what the kernels can do than the median.
struct KernelMeasurements {
    let measurements: [Measurement]
    /// The median of the register-only multiply-adds, in floating-point operations per second.
    let peak: Double

    init(kernels: Kernels, shapes: [ProductShape], repetitions: Int) {
        let rounds = Self.roundsOfPeak(kernels)
        var peaks: [Double] = []
        var products: [Measurement] = []
        for shape in shapes {
            let product = Product(shape, kernels: kernels)
            let sweeps = Self.repeats { product.run(sweeps: $0) }
            var rates: [Double] = []
            var shares: [Double] = []
            var before = Self.peakRate(kernels, rounds: rounds)
            for _ in 0..<repetitions {
                let time = seconds { product.run(sweeps: sweeps) }
                let after = Self.peakRate(kernels, rounds: rounds)
                let rate = Double(sweeps) * shape.operations / time
                rates.append(rate / 1e9)
                shares.append(100 * rate / ((before + after) / 2))
                peaks.append(after)
                before = after
            }
            products.append(
                Measurement(shape.name, unit: "GFLOP/s", .moreIsBetter, samples: rates)
            )
            products.append(
                Measurement(
                    "\(shape.name), of peak",
                    unit: "%",
                    .moreIsBetter,
                    samples: shares
                )
            )
        }
        if peaks.isEmpty {
            peaks = (0..<repetitions).map { _ in Self.peakRate(kernels, rounds: rounds) }
        }
        let all = Measurement(
            "peak",
            unit: "GFLOP/s",
            .moreIsBetter,
            samples: peaks.map { $0 / 1e9 }
        )
        peak = all.median * 1e9
        measurements = [all] + products
    }

    /// Long enough for the clock, short enough to meet the same load as the product beside it.
    private static let wantedSeconds = 0.004

    private static func peakRate(_ kernels: Kernels, rounds: Int) -> Double {
        var operations = 0.0
        let time = seconds { operations = kernels.runPeak(rounds: rounds) }
        return operations / time
    }

    private static func roundsOfPeak(_ kernels: Kernels) -> Int {
        1000 * repeats { _ = kernels.runPeak(rounds: 1000 * $0) }
    }

    /// How often a piece of work is to be repeated to take about ``wantedSeconds``.
    private static func repeats(of work: (Int) -> Void) -> Int {
        var count = 1
        while true {
            let time = seconds { work(count) }
            if time >= wantedSeconds / 2 {
                return max(1, Int((Double(count) * wantedSeconds / time).rounded()))
            }
            count *= 2
        }
    }
}

/// A product with factors to run it on.
private final class Product {
    private let shape: ProductShape
    private let kernels: Kernels
    private let left: [Float]
    private let right: PackedMatrix
    private var out: [Float]

    init(_ shape: ProductShape, kernels: Kernels) {
        self.shape = shape
        self.kernels = kernels
        var generator = SeededGenerator(seed: 1)
        left = (0..<shape.extent).map { _ in Float(generator.nextUnit()) }
        var matrix = Matrix(rows: shape.depth, columns: shape.columns)
        for index in matrix.elements.indices {
            matrix.elements[index] = Float(generator.nextUnit())
        }
        right = kernels.pack(matrix)
        out = [Float](repeating: 0, count: shape.rows * shape.columns)
    }

    /// Does what one image needs of this product, so many times.
    func run(sweeps: Int) {
        unsafe left.withUnsafeBufferPointer { left in
            unsafe out.withUnsafeMutableBufferPointer { out in
                guard let left = left.baseAddress, let out = out.baseAddress else { return }
                for _ in 0..<sweeps {
                    for call in 0..<shape.calls {
                        unsafe kernels.product(
                            .init(
                                left + call * shape.callStride,
                                rows: shape.rows,
                                stride: shape.rowStride,
                                runs: shape.runs,
                                runStride: shape.runStride,
                                length: shape.length
                            ),
                            right,
                            into: out,
                            outStride: shape.columns
                        )
                    }
                }
            }
        }
    }
}
