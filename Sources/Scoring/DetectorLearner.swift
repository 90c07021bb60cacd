internal import Patches
public import SparseCoding
public import Tensors

/// Learns the detectors of a model from a stream of normal images, in two passes, with memory that does not grow with
/// their number.
///
/// First offer samples of averaged codes of every image, then ``reduce(kernels:)``, then offer the features of every image.
/// Images belong to folds, so that detectors can be learned without the images that they are calibrated on.
public struct DetectorLearner: Sendable {
    /// The declaration.
    public let configuration: ModelConfiguration
    /// The positions of the maps.
    public let grid: PositionGrid
    /// The number of folds.
    public let folds: Int
    private let seed: UInt64
    private var samples: [Reservoir?]
    private var reductions: [FeatureReduction?]
    private var states: [State] = []

    private enum State: Sendable {
        case gaussian([PositionalMoments])
        case exemplars([Reservoir])
        case dictionary
    }

    /// Rows of averaged codes that a detector's reduction is learned from.
    public static let sampleCapacity = 8192
    /// Features, over all folds, that exemplars are learned from.
    public static let exemplarCapacity = 16_384

    /// Starts learning.
    public init(
        configuration: ModelConfiguration,
        grid: PositionGrid,
        folds: Int,
        seed: UInt64
    ) {
        precondition(folds >= 1, "at least one fold")
        self.configuration = configuration
        self.grid = grid
        self.folds = folds
        self.seed = seed
        let channels = configuration.detectors.map { detector in
            configuration.encoders.first { $0.name == detector.encoder }?
                .layers[detector.layer - 1].channels ?? 0
        }
        samples = zip(configuration.detectors, channels).map { detector, channels in
            if case .reconstructionError = detector.method { return nil }
            return Reservoir(capacity: Self.sampleCapacity, columns: channels, seed: seed)
        }
        reductions = samples.map { _ in nil }
    }

    /// Samples of the averaged codes of one image, for ``offer(samples:)``.
    ///
    /// - Parameters:
    ///   - image: The image, in `[0, 1]`.
    ///   - encoders: The learned encoders.
    ///   - count: Rows per detector.
    ///   - generator: Chooses the places.
    ///   - kernels: The kernels.
    /// - Returns: A matrix per detector, nil where it needs none.
    public func samples(
        of image: FeatureMap,
        encoders: [ImageEncoder],
        count: Int,
        generator: inout SeededGenerator,
        kernels: Kernels
    ) -> [Matrix?] {
        averaged(of: image, encoders: encoders, kernels: kernels).map { map in
            guard let map else { return nil }
            let places = map.height * map.width
            let channels = map.channels
            let chosen = generator.choose(min(count, places), of: places)
            var elements: [Float] = []
            elements.reserveCapacity(chosen.count * channels)
            for place in chosen {
                elements += map.elements[place * channels..<(place + 1) * channels]
            }
            return Matrix(rows: chosen.count, columns: channels, filledWith: elements)
        }
    }

    private func averaged(
        of image: FeatureMap,
        encoders: [ImageEncoder],
        kernels: Kernels
    ) -> [FeatureMap?] {
        var result = [FeatureMap?](repeating: nil, count: configuration.detectors.count)
        for encoder in encoders {
            let readers = configuration.detectors.indices.filter {
                configuration.detectors[$0].encoder == encoder.configuration.name
                    && samples[$0] != nil
            }
            if readers.isEmpty { continue }
            let responses = encoder.encode(image)
            var averages = AveragedCodes(kernels: kernels)
            for index in readers {
                let detector = configuration.detectors[index]
                result[index] = averages.average(
                    responses[detector.layer - 1].codes, for: detector)
            }
        }
        return result
    }

    /// Takes samples of the next image, in order.
    public mutating func offer(samples rows: [Matrix?]) {
        for (index, rows) in rows.enumerated() {
            if let rows { samples[index]?.offer(rows) }
        }
    }

    /// Ends the first pass: learns the reductions and makes room for the second.
    public mutating func reduce(kernels: Kernels) {
        for (index, detector) in configuration.detectors.enumerated() {
            let rows = samples[index]?.rows
            switch detector.method {
            case .positionalGaussian(let dimension), .exemplars(let dimension, _):
                guard let rows, rows.rows > 0 else { preconditionFailure("no samples") }
                let reduction = FeatureReduction(
                    learningFrom: rows,
                    dimension: dimension,
                    window: detector.window,
                    kernels: kernels
                )
                reductions[index] = reduction
                if case .positionalGaussian = detector.method {
                    states.append(
                        .gaussian(
                            (0..<folds).map { _ in
                                PositionalMoments(
                                    rows: grid.rows,
                                    columns: grid.columns,
                                    dimension: reduction.dimension
                                )
                            }
                        )
                    )
                } else {
                    states.append(
                        .exemplars(
                            (0..<folds).map { fold in
                                Reservoir(
                                    capacity: Self.exemplarCapacity / folds,
                                    columns: reduction.dimension,
                                    seed: seed &+ UInt64(fold)
                                )
                            }
                        )
                    )
                }
            case .reconstructionError:
                states.append(.dictionary)
            }
        }
        samples = samples.map { $0 == nil ? nil : Reservoir(capacity: 1, columns: 1, seed: 0) }
    }

    /// A copy that can make features but has nothing to learn with, cheap to hand to concurrent work.
    public func withoutMoments() -> DetectorLearner {
        var copy = self
        copy.states = states.map { state in
            if case .gaussian = state { return .gaussian([]) }
            return .dictionary
        }
        return copy
    }

    /// The features of one image, for ``offer(features:fold:kernels:)``; call after ``reduce(kernels:)``.
    ///
    /// - Returns: A map per detector: on the grid for Gaussians, at its own resolution for exemplars, nil where a
    ///   detector needs none.
    public func features(
        of image: FeatureMap,
        encoders: [ImageEncoder],
        kernels: Kernels
    ) -> [FeatureMap?] {
        zip(averaged(of: image, encoders: encoders, kernels: kernels), reductions).enumerated()
            .map { index, pair in
                guard let averaged = pair.0, let reduction = pair.1 else { return nil }
                let features = PreparedReduction(reduction, kernels: kernels).apply(to: averaged)
                if case .gaussian = states[index] { return grid.resample(features) }
                return features
            }
    }

    /// Takes the features of the next image, in order.
    public mutating func offer(features: [FeatureMap?], fold: Int, kernels: Kernels) {
        for (index, features) in features.enumerated() {
            guard let features else { continue }
            switch states[index] {
            case .gaussian(var moments):
                // The state gives its storage up while it is changed, so that it is not copied.
                states[index] = .dictionary
                moments[fold].add(features, kernels: kernels)
                states[index] = .gaussian(moments)
            case .exemplars(var reservoirs):
                states[index] = .dictionary
                reservoirs[fold].offer(
                    Matrix(
                        rows: features.height * features.width,
                        columns: features.channels,
                        filledWith: features.elements
                    )
                )
                states[index] = .exemplars(reservoirs)
            case .dictionary:
                break
            }
        }
    }

    /// The detectors learned from all folds, or from all but some; from all where nothing else would be left.
    ///
    /// - Parameters:
    ///   - folds: The folds to leave out.
    ///   - kernels: The kernels.
    /// - Returns: A detector per declared one.
    public func detectors(leavingOut folds: Set<Int>, kernels: Kernels) -> [DetectorParameters] {
        states.enumerated().map { index, state in
            let configuration = configuration.detectors[index]
            switch (state, reductions[index]) {
            case (.gaussian(let moments), let reduction?):
                let some = moments.enumerated()
                    .filter { !folds.contains($0.offset) && $0.element.images > 0 }
                    .map(\.element)
                let kept = some.isEmpty ? moments : some
                return DetectorParameters(
                    configuration: configuration,
                    normality: .gaussian(
                        reduction,
                        PositionalGaussian(
                            kept,
                            regularization: self.configuration.regularization
                        )
                    )
                )
            case (.exemplars(let reservoirs), let reduction?):
                var rows: [Float] = []
                for (index, reservoir) in reservoirs.enumerated() where !folds.contains(index) {
                    rows += reservoir.rows.elements
                }
                if rows.isEmpty { rows = reservoirs.flatMap(\.rows.elements) }
                var count = 1
                if case .exemplars(_, let wanted) = configuration.method { count = wanted }
                let samples = Matrix(
                    rows: rows.count / reduction.dimension,
                    columns: reduction.dimension,
                    filledWith: rows
                )
                return DetectorParameters(
                    configuration: configuration,
                    normality: .exemplars(
                        reduction,
                        Exemplars(
                            learningFrom: samples,
                            count: count,
                            seed: seed,
                            kernels: kernels
                        )
                    )
                )
            default:
                return DetectorParameters(configuration: configuration, normality: .dictionary)
            }
        }
    }
}
