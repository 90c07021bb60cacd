internal import Scoring
internal import SparseCoding
internal import Tensors

/// Coding and scoring of images that are decoded already, on one thread.
struct ScoringMeasurements {
    /// The processor time of one sweep over all images, by part.
    struct Times {
        /// Resizing and normalising, for all encoders.
        var preparation = 0.0
        /// By encoder and layer.
        var layers: [[Double]]
        var encoders: [Double]
        /// By detector, beyond its encoder.
        var detectors: [Double]
        /// All encoders and detectors, in their own units.
        var bank = 0.0
        var whole = 0.0

        /// What all detectors take beyond coding.
        var allDetectors: Double { bank - encoders.reduce(0, +) }
        /// Calibrating the maps and fusing them; the network too where there is one.
        var judgement = 0.0

        /// All encoders' layers at a depth, from 0.
        func layers(at depth: Int) -> Double {
            layers.reduce(0) { $0 + ($1.count > depth ? $1[depth] : 0) }
        }
    }

    let loaded: LoadedModel
    private let inputs: [FeatureMap]
    private let encoders: [ImageEncoder]
    private let bank: DetectorBank
    private let single: [DetectorBank]
    private var parameters: ModelParameters { loaded.parameters }

    /// Prepares the parts of the model.
    ///
    /// - Parameters:
    ///   - loaded: The model.
    ///   - inputs: Images at the working size.
    ///   - byDetector: Whether each detector is measured alone too.
    init(_ loaded: LoadedModel, inputs: [FeatureMap], byDetector: Bool) {
        self.loaded = loaded
        self.inputs = inputs
        let parameters = loaded.parameters
        let encoders = zip(parameters.configuration.encoders, parameters.layers)
            .map { encoder, layers in
                ImageEncoder(
                    configuration: encoder,
                    layers: layers.map { Layer(parameters: $0, kernels: .best) }
                )
            }
        func bank(of detectors: [DetectorParameters]) -> DetectorBank {
            DetectorBank(
                encoders: encoders,
                sets: [detectors],
                grid: parameters.grid,
                kernels: .best
            )
        }
        self.encoders = encoders
        self.bank = bank(of: parameters.detectors)
        single = byDetector ? parameters.detectors.map { bank(of: [$0]) } : []
    }

    /// Measures each part once for each image, one right after the other: differences of parts that lie far apart in
    /// time would be those of the clock rate.
    func sweep() -> Times {
        var times = Times(
            layers: encoders.map { $0.layers.map { _ in 0 } },
            encoders: encoders.map { _ in 0 },
            detectors: single.map { _ in 0 }
        )
        for input in inputs { add(input, to: &times) }
        return times
    }

    private func add(_ input: FeatureMap, to times: inout Times) {
        var coding: [Double] = []
        for (place, encoder) in encoders.enumerated() {
            var before = seconds { _ = encoder.prepare(input) }
            times.preparation += before
            for depth in encoder.layers.indices {
                let isLast = depth == encoder.layers.count - 1
                let wanted =
                    isLast
                    ? averages(of: encoder)
                    : [CodeAverage(layer: depth + 1, window: 1)]
                let time = seconds { _ = encoder.averages(of: input, wanted: wanted) }
                times.layers[place][depth] += time - before
                before = time
            }
            times.encoders[place] += before
            coding.append(before)
        }
        for (place, bank) in single.enumerated() {
            let name = parameters.configuration.detectors[place].encoder
            let encoder = encoders.firstIndex { $0.configuration.name == name }
            times.detectors[place] +=
                seconds { _ = bank.maps(of: input) } - (encoder.map { coding[$0] } ?? 0)
        }
        var maps: [Matrix] = []
        let bank = seconds { maps = self.bank.maps(of: input)[0] }
        let whole = seconds { _ = loaded.model.assess(input) }
        times.bank += bank
        times.whole += whole
        times.judgement +=
            parameters.network == nil ? seconds { judge(maps) } : whole - bank
    }

    /// What a model does with the maps of its detectors.
    private func judge(_ maps: [Matrix]) {
        let calibrated = zip(maps, parameters.calibrations).map { $1.standardize($0) }
        let configuration = parameters.configuration
        let fused = configuration.fusion.inUnits(
            configuration.fusion.fuse(calibrated, head: parameters.head)
        )
        _ = configuration.fusion.sharpen(
            fused,
            finest: configuration.finestDetectors.map { calibrated[$0] }
        )
    }

    /// The averages that the detectors read of an encoder; of its last layer's codes where they read none.
    private func averages(of encoder: ImageEncoder) -> Set<CodeAverage> {
        let wanted = parameters.configuration.detectors.compactMap { detector -> CodeAverage? in
            switch detector.method {
            case .positionalGaussian, .exemplars:
                detector.encoder == encoder.configuration.name
                    ? CodeAverage(layer: detector.layer, window: detector.window) : nil
            case .reconstructionError, .energy: nil
            }
        }
        let top = CodeAverage(layer: encoder.layers.count, window: 1)
        return wanted.isEmpty ? [top] : Set(wanted)
    }

    private func timeForAll(_ body: (FeatureMap) -> Void) -> Double {
        seconds { for input in inputs { body(input) } }
    }

    /// Measures all parts.
    ///
    /// - Parameters:
    ///   - repetitions: Of each measurement.
    ///   - allKernels: Whether whole scores are measured by each set of kernels, or by the fastest only.
    /// - Returns: Times per image, and what share of the peak the products alone would need.
    func measure(repetitions: Int, allKernels: Bool) -> [Measurement] {
        let others = allKernels ? Kernels.available.dropLast() : []
        let variants = Array(others) + [Kernels.best.computing(in: .float)]
        let models = variants.map { AnomalyModel(parameters: parameters, kernels: $0) }
        _ = sweep()
        for model in models { _ = timeForAll { _ = model.assess($0) } }
        var sweeps: [Times] = []
        var byKernels = [[Double]](repeating: [], count: models.count)
        var peaks: [Double] = []
        for _ in 0..<repetitions {
            sweeps.append(sweep())
            for (place, model) in models.enumerated() {
                byKernels[place].append(timeForAll { _ = model.assess($0) })
            }
            var operations = 0.0
            let time = seconds { operations = Kernels.best.runPeak(rounds: 200_000) }
            peaks.append(operations / time)
        }
        func each(_ name: String, _ part: (Times) -> Double) -> Measurement {
            .perImage(name, sweeps.map(part), images: inputs.count)
        }
        func whole(_ kernels: Kernels, _ times: [Double]) -> Measurement {
            let time = Measurement.perImage(
                "encode and score, \(kernels)",
                times,
                images: inputs.count
            )
            return Self.key(of: kernels).map { time.keyed($0) } ?? time
        }
        let operations = parameters.configuration.encoders
            .map {
                ImageKernels(
                    of: $0,
                    in: parameters.configuration,
                    channels: parameters.channels
                ).operations
            }
            .reduce(0, +)
        var measurements: [Measurement] = []
        for (place, encoder) in encoders.enumerated() {
            let name = encoder.configuration.name
            measurements.append(each("encode \(name)") { $0.encoders[place] })
            for depth in encoder.layers.indices {
                measurements.append(
                    each("encode \(name), layer \(depth + 1)") { $0.layers[place][depth] }
                )
            }
        }
        for place in single.indices {
            let name = parameters.configuration.detectors[place].name
            measurements.append(each("detect \(name)") { $0.detectors[place] })
        }
        measurements.append(each("detectors together") { $0.allDetectors })
        measurements.append(each(Self.judgement) { $0.judgement })
        measurements.append(whole(.best, sweeps.map(\.whole)))
        measurements += zip(variants, byKernels).map(whole)
        measurements.append(
            .percent(
                "products and convolutions, if at peak, of encode and score",
                peaks.map { operations * Double(inputs.count) / $0 },
                of: sweeps.map(\.whole)
            )
        )
        return measurements
    }

    /// The name of what is done with the maps of detectors.
    static let judgement = "calibrate and fuse maps"

    private static func key(of kernels: Kernels) -> KeyFigure? {
        guard kernels.precision == .int16 else { return nil }
        if kernels.name == "avx2" { return .scoreAVX2 }
        let isBest = kernels.name == Kernels.best.name
        return isBest && kernels.name.hasPrefix("avx512") ? .scoreAVX512 : nil
    }
}
