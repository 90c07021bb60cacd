internal import Tensors

/// The work of one set of kernels, each product against the peak of the same instructions.
///
/// Every repetition runs peak, product, peak, and the share is taken within it, so that the clock
/// rate cancels out. Neighbours that take cache and memory slow the products alone: on a shared
/// machine the best share is nearer to what the kernels can do than the median.
struct KernelMeasurements {
    private(set) var measurements: [Measurement] = []

    /// Measures.
    ///
    /// - Parameters:
    ///   - kernels: The kernels.
    ///   - shapes: What they do.
    ///   - repetitions: Of each measurement.
    ///   - isKept: Whether the key figures are those of these kernels.
    init(kernels: Kernels, shapes: ImageKernels, repetitions: Int, isKept: Bool) {
        let bench = PeakBench(kernels: kernels, repetitions: repetitions)
        var peaks: [Double] = []
        var layers = Together(repetitions: repetitions)
        var wholeLayers = Together(repetitions: repetitions)
        func measure(_ work: KernelWork, key: KeyFigure? = nil) -> PeakBench.Run {
            let run = bench.run(work)
            peaks += run.peaks
            if let bytes = work.bytes {
                measurements.append(
                    .rate(work.name, unit: "GB/s", of: bytes / 1e9, in: run.times)
                )
            }
            guard let operations = work.operations else { return run }
            func add(_ name: String, _ operations: Double, key: KeyFigure? = nil) {
                let rate = Measurement.rate(
                    name,
                    unit: "GFLOP/s",
                    of: operations / 1e9,
                    in: run.times
                )
                let share = Measurement.percent(
                    "\(name), of peak",
                    run.times.map { operations / $0 },
                    of: run.peaks
                )
                measurements += [rate, key.map { share.keyed($0) } ?? share]
            }
            add(work.name, operations, key: key)
            if let plain = work.plainOperations {
                add("\(work.name), as plain convolution", plain)
            }
            return run
        }
        for shape in shapes.products {
            layers.add(shape.operations, measure(KernelWork(shape, kernels: kernels)))
            if let work = KernelWork(wholeNumbers: shape, kernels: kernels) {
                wholeLayers.add(shape.operations, measure(work))
            }
        }
        for shape in shapes.detectorProducts { _ = measure(KernelWork(shape, kernels: kernels)) }
        for (index, shape) in shapes.convolutions.enumerated() {
            let isKept = isKept && index == shapes.convolutions.count - 1
            _ = measure(KernelWork(shape, kernels: kernels), key: isKept ? .convolution : nil)
            if let work = KernelWork(wholeNumbers: shape, kernels: kernels) {
                _ = measure(work, key: isKept ? .wholeConvolution : nil)
            }
        }
        for shape in shapes.rectifications { _ = measure(KernelWork(shape, kernels: kernels)) }
        if let widest = shapes.rectifications.max(by: { $0.bytes < $1.bytes }) {
            _ = measure(KernelWork(copyOf: widest))
        }
        if peaks.isEmpty { peaks = (0..<repetitions).map { _ in bench.peakRate() } }
        let all = Measurement(
            "peak",
            unit: "GFLOP/s",
            .moreIsBetter,
            samples: peaks.map { $0 / 1e9 }
        )
        measurements.insert(isKept ? all.keyed(.peak) : all, at: 0)
        for (name, layers, key) in [
            ("products of the layers together, of peak", layers, KeyFigure.products),
            ("the same, int16", wholeLayers, .wholeProducts),
        ] {
            guard let shares = layers.shares else { continue }
            let share = Measurement(name, unit: "%", .moreIsBetter, samples: shares)
            measurements.append(isKept ? share.keyed(key) : share)
        }
    }
}

/// Several pieces of work as one.
private struct Together {
    private var operations = 0.0
    /// What each repetition would have done at its peak.
    private var possible: [Double]

    init(repetitions: Int) { possible = [Double](repeating: 0, count: repetitions) }

    mutating func add(_ operations: Double, _ run: PeakBench.Run) {
        self.operations += operations
        for (index, time) in run.times.enumerated() { possible[index] += time * run.peaks[index] }
    }

    /// What was done of what was possible, in percent; nil where nothing was done.
    var shares: [Double]? { operations > 0 ? possible.map { 100 * operations / $0 } : nil }
}

/// Runs work between stretches of multiply-adds on registers alone.
private struct PeakBench {
    let kernels: Kernels
    let repetitions: Int
    private let rounds: Int

    init(kernels: Kernels, repetitions: Int) {
        self.kernels = kernels
        self.repetitions = repetitions
        rounds = 1000 * Self.repeats { _ = kernels.runPeak(rounds: 1000 * $0) }
    }

    /// The seconds that work for one image takes, and the peak around it in operations per second.
    struct Run {
        var times: [Double] = []
        var peaks: [Double] = []
    }

    func run(_ work: KernelWork) -> Run {
        let sweeps = Self.repeats(of: work.run)
        var run = Run()
        var before = peakRate()
        for _ in 0..<repetitions {
            run.times.append(seconds { work.run(sweeps) } / Double(sweeps))
            let after = peakRate()
            run.peaks.append((before + after) / 2)
            before = after
        }
        return run
    }

    func peakRate() -> Double {
        var operations = 0.0
        let time = seconds { operations = kernels.runPeak(rounds: rounds) }
        return operations / time
    }

    /// Long enough for the clock, short enough to meet the same load as the work beside it.
    private static let wantedSeconds = 0.004

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
