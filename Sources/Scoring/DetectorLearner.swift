internal import Patches
public import SparseCoding
public import Tensors

/// Learns the detectors of a model from a stream of normal images, in two passes, with memory that does not grow with
/// their number.
///
/// First offer samples of averaged codes of every image, then call ``reduce(kernels:jobs:)``, then offer the features of every
/// image. Images belong to folds; beside the detectors of all images, others are learned with one or two folds left out,
/// each from its reduction on, for ``CrossFittedCalibration``. At the end call ``settle(kernels:)``.
///
/// Each pass may be divided among several learners, which are merged.
public struct DetectorLearner: Sendable, Codable {
    /// The declaration.
    public let configuration: ModelConfiguration
    /// The positions of the maps.
    public let grid: PositionGrid
    /// What is left out in turn.
    public let folding: Folding
    private let seed: UInt64
    /// For each position, row after row, whether it counts; all do when nil.
    private let region: [Bool]?
    /// Samples of averaged codes, a reservoir per detector and fold; none for detectors that need no reduction.
    private var samples: [[Reservoir]]
    /// The cell means of images' averaged codes, likewise; none for detectors without factors.
    private var cellMeans: [[Reservoir]]
    private var learners: [SubsetLearner] = []

    /// Rows of averaged codes that a detector's reduction is learned from, over all folds.
    public static let sampleCapacity = 6144
    /// Images that a detector's factors are learned from, over all folds.
    static let factorCapacity = 768

    /// Starts learning.
    ///
    /// - Parameters:
    ///   - configuration: The declaration.
    ///   - grid: The positions of the maps.
    ///   - folding: What is left out in turn.
    ///   - seed: Chooses samples.
    ///   - region: For each position, row after row, whether it counts: what lies elsewhere is no factor of an image.
    ///     All do when nil.
    public init(
        configuration: ModelConfiguration,
        grid: PositionGrid,
        folding: Folding,
        seed: UInt64,
        region: [Bool]? = nil
    ) {
        self.configuration = configuration
        self.grid = grid
        self.folding = folding
        self.seed = seed
        self.region = region
        let reservoirs = { (capacity: Int, columns: Int) in
            (0..<folding.folds).map { fold in
                Reservoir(
                    capacity: capacity / folding.folds,
                    columns: columns,
                    seed: seed &+ UInt64(fold)
                )
            }
        }
        samples = configuration.detectors.map { detector in
            guard detector.method.readsFeatures else { return [] }
            return reservoirs(Self.sampleCapacity, configuration.channels(of: detector))
        }
        let (count, cells) = (configuration.factors.count, configuration.factors.cells)
        cellMeans = configuration.detectors.map { detector in
            guard count > 0, case .positionalGaussian = detector.method else { return [] }
            let columns = cells * cells * configuration.channels(of: detector)
            return reservoirs(Self.factorCapacity, columns)
        }
    }

    /// Samples of the averaged codes of one image, for ``offer(samples:fold:tile:)``.
    ///
    /// - Parameters:
    ///   - image: The image, in `[0, 1]`.
    ///   - encoders: The learned encoders.
    ///   - count: Rows per detector.
    ///   - generator: Chooses the places.
    ///   - kernels: The kernels.
    /// - Returns: What each detector needs, nil where it needs nothing.
    public func samples(
        of image: FeatureMap,
        encoders: [ImageEncoder],
        count: Int,
        generator: inout SeededGenerator,
        kernels: Kernels
    ) -> [DetectorSamples?] {
        zip(cellMeans, averaged(of: image, encoders: encoders, kernels: kernels)).map {
            cells,
            map in
            guard let map else { return nil }
            let places = map.height * map.width
            let channels = map.channels
            let chosen = generator.choose(min(count, places), of: places)
            var elements: [Float] = []
            elements.reserveCapacity(chosen.count * channels)
            for place in chosen {
                elements += map.elements[place * channels..<(place + 1) * channels]
            }
            return DetectorSamples(
                rows: Matrix(rows: chosen.count, columns: channels, filledWith: elements),
                cellMeans: cells.isEmpty
                    ? nil : map.cellMeans(cells: configuration.factors.cells, kernels: kernels)
            )
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
                    && configuration.detectors[$0].method.readsFeatures
            }
            if readers.isEmpty { continue }
            let wanted = readers.map { configuration.detectors[$0].average }
            let averages = encoder.averages(of: image, wanted: Set(wanted.compactMap(\.self)))
            for (index, average) in zip(readers, wanted) {
                result[index] = average.flatMap { averages[$0] }
            }
        }
        return result
    }

    /// Takes samples of an image.
    ///
    /// - Parameters:
    ///   - some: What each detector needs.
    ///   - fold: The fold of the image.
    ///   - tile: Its number; each is offered once.
    public mutating func offer(samples some: [DetectorSamples?], fold: Int, tile: Int) {
        for (index, some) in some.enumerated() {
            guard let some else { continue }
            samples[index][fold].offer(some.rows, of: tile)
            if let means = some.cellMeans {
                cellMeans[index][fold].offer(
                    Matrix(rows: 1, columns: means.count, filledWith: means),
                    of: tile
                )
            }
        }
    }

    /// Ends the first pass: learns the reductions and makes room for the second.
    ///
    /// - Parameters:
    ///   - kernels: The kernels.
    ///   - jobs: The most reductions learned at once.
    public mutating func reduce(kernels: Kernels, jobs: Int = 1) {
        let rows = Self.taking(&samples)
        let means = Self.taking(&cellMeans)
        let this = self
        let count = configuration.detectors.count
        let learned = mapConcurrently(folding.sets.count * count, jobs: jobs) { number in
            let (index, leftOut) = (number % count, this.folding.sets[number / count])
            let reduction = this.reduction(
                index,
                of: rows[index],
                leavingOut: leftOut,
                kernels: kernels
            )
            let factors = this.imageFactors(
                of: means[index],
                reduction,
                leavingOut: leftOut,
                kernels: kernels
            )
            return (reduction: reduction, factors: factors)
        }
        let sets = folding.sets.indices.map { learned[$0 * count..<($0 + 1) * count] }
        learners = sets.map { learned in
            SubsetLearner(
                configuration: configuration,
                grid: grid,
                reductions: learned.map(\.reduction),
                factors: learned.map(\.factors),
                seed: seed
            )
        }
    }

    /// Empties reservoirs: their rows are gone before the sums of the second pass take room.
    private static func taking(_ reservoirs: inout [[Reservoir]]) -> [[Matrix]] {
        let taken = reservoirs
        reservoirs = []
        return taken.map { folds in
            folds.map { fold in
                var fold = fold
                return fold.takeRows()
            }
        }
    }

    /// The factors of a detector's features; nil where images are too few for one.
    private func imageFactors(
        of cellMeans: [Matrix],
        _ reduction: FeatureReduction?,
        leavingOut folds: Set<Int>,
        kernels: Kernels
    ) -> ImageFactors? {
        guard let reduction, !cellMeans.isEmpty else { return nil }
        let declared = configuration.factors
        let kept = cellMeans.indices.filter { !folds.contains($0) }.map { cellMeans[$0] }
        let images = kept.reduce(0) { $0 + $1.rows }
        let counting = grid.cells(declared.cells, inside: region)
        let count = min(
            declared.count,
            images / declared.imagesPerFactor,
            counting.count { $0 } * reduction.dimension
        )
        guard count > 0 else { return nil }
        let elements = kept.flatMap(\.elements)
        let channels = reduction.whitening.mean.count
        // The reduction is linear: that of a mean is the mean of the reduced.
        var reduced = reduction.whitening.apply(
            to: Matrix(
                rows: elements.count / channels,
                columns: channels,
                filledWith: elements
            ),
            kernels: kernels
        )
        // What does not vary gets no weight in any factor.
        for cell in 0..<reduced.rows where !counting[cell % counting.count] {
            for column in 0..<reduced.columns { reduced[cell, column] = 0 }
        }
        let columns = declared.cells * declared.cells * reduction.dimension
        return ImageFactors(
            learningFrom: Matrix(
                rows: reduced.elements.count / columns,
                columns: columns,
                filledWith: reduced.elements
            ),
            count: count,
            cells: declared.cells,
            kernels: kernels
        )
    }

    private func reduction(
        _ index: Int,
        of samples: [Matrix],
        leavingOut folds: Set<Int>,
        kernels: Kernels
    ) -> FeatureReduction? {
        let detector = configuration.detectors[index]
        let dimension: Int
        switch detector.method {
        case .positionalGaussian(let components), .exemplars(let components, _):
            dimension = components
        case .reconstructionError, .energy: return nil
        }
        let some = samples.indices.filter { !folds.contains($0) }.map { samples[$0] }
            .filter { $0.rows > 0 }
        // Where nothing is left the folds that are left out have to do.
        let kept = some.isEmpty ? samples.filter { $0.rows > 0 } : some
        guard let columns = kept.first?.columns else { preconditionFailure("no samples") }
        let elements = kept.flatMap(\.elements)
        return FeatureReduction(
            learningFrom: Matrix(
                rows: elements.count / columns,
                columns: columns,
                filledWith: elements
            ),
            dimension: dimension,
            window: detector.window,
            kernels: kernels
        )
    }

    /// What makes features of images: the reductions, without what has been learned from features so far.
    public struct FeatureMaker: Sendable {
        fileprivate let learner: DetectorLearner
        fileprivate let reductions: [[PreparedReduction?]]
        fileprivate let factors: [[ImageFactors?]]
        fileprivate let kernels: Kernels

        /// The features of one image of a fold, for ``DetectorLearner/offer(features:tile:kernels:)``.
        ///
        /// - Parameters:
        ///   - image: The image, in `[0, 1]`.
        ///   - encoders: The learned encoders.
        ///   - fold: The fold of the image.
        /// - Returns: For each set of left out folds, nil where it has the image's fold, else a map per detector.
        public func features(
            of image: FeatureMap,
            encoders: [ImageEncoder],
            fold: Int
        ) -> [[DetectorFeatures?]?] {
            let averaged = learner.averaged(of: image, encoders: encoders, kernels: kernels)
            return learner.folding.sets.indices.map { set in
                if learner.folding.sets[set].contains(fold) { return nil }
                return averaged.indices.map { index in
                    guard let codes = averaged[index], let reduction = reductions[set][index]
                    else {
                        return nil
                    }
                    let features = reduction.apply(to: codes)
                    if case .exemplars = learner.configuration.detectors[index].method {
                        return DetectorFeatures(map: features, factors: [])
                    }
                    return DetectorFeatures(
                        map: learner.grid.resample(features),
                        factors: factors[set][index]?.codes(of: features, kernels: kernels) ?? []
                    )
                }
            }
        }
    }

    /// What makes features, to hand to concurrent work; call after ``reduce(kernels:jobs:)``.
    public func featureMaker(kernels: Kernels) -> FeatureMaker {
        var bare = self
        bare.learners = []
        return FeatureMaker(
            learner: bare,
            reductions: learners.map { learner in
                learner.reductions.map { reduction in
                    reduction.map { PreparedReduction($0, kernels: kernels) }
                }
            },
            factors: learners.map(\.factors),
            kernels: kernels
        )
    }

    /// Takes the features of the next image, in order.
    ///
    /// - Parameters:
    ///   - features: For each set of left out folds a map per detector.
    ///   - tile: The number of the image; each is offered once.
    ///   - kernels: The kernels.
    public mutating func offer(
        features: [[DetectorFeatures?]?],
        tile: Int,
        kernels: Kernels
    ) {
        for (index, features) in features.enumerated() {
            if let features { learners[index].offer(features, tile: tile, kernels: kernels) }
        }
    }

    /// Ends the second pass: adds features that wait to be added together.
    public mutating func settle(kernels: Kernels) {
        for index in learners.indices { learners[index].settle(kernels: kernels) }
    }

    /// Takes what another learner of the same declaration gathered from other images in the same pass.
    ///
    /// In the second pass both have to be settled, and sums are added in floating point: which learner takes which matters
    /// in their last digits.
    public mutating func merge(_ other: DetectorLearner) {
        precondition(
            other.samples.count == samples.count && other.learners.count == learners.count,
            "the learner is in another pass"
        )
        Self.merge(&samples, other.samples)
        Self.merge(&cellMeans, other.cellMeans)
        for (index, more) in other.learners.enumerated() { learners[index].merge(more) }
    }

    private static func merge(_ reservoirs: inout [[Reservoir]], _ more: [[Reservoir]]) {
        for (index, folds) in more.enumerated() {
            for (fold, reservoir) in folds.enumerated() { reservoirs[index][fold].merge(reservoir) }
        }
    }

    /// The detectors learned with some folds left out; from all images where nothing else would be left.
    ///
    /// - Parameters:
    ///   - folds: One of the sets of ``folding``.
    ///   - kernels: The kernels.
    /// - Returns: A detector per declared one.
    public func detectors(leavingOut folds: Set<Int>, kernels: Kernels) -> [DetectorParameters] {
        guard let index = folding.sets.firstIndex(of: folds) else {
            preconditionFailure("these folds are not left out together")
        }
        let learner = learners[index].images > 0 ? learners[index] : learners[0]
        return learner.detectors(kernels: kernels)
    }
}
