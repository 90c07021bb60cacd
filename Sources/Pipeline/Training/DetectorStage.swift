internal import Scoring
internal import SparseCoding
internal import SyntheticDefects
internal import Tensors

/// Learns and calibrates the detectors that read a few encoders.
///
/// Only the sums of these detectors are in memory, however many a model has.
struct DetectorStage {
    /// Tells its steps from those of others.
    let name: String
    /// The detectors and the encoders they read.
    let configuration: ModelConfiguration
    /// The encoders of the declaration, in its order.
    let encoders: [ImageEncoder]
    let grid: PositionGrid
    let folding: Folding
    /// Images that are left out, by their place in the walk.
    let trimmed: Set<Int>
    let region: RegionOfInterest?
    let options: TrainingOptions

    /// The passes over the images that a stage makes; those of the calibration are over one fold each.
    static func passes(folding: Folding) -> Int { 2 + folding.folds }

    /// Learns the detectors of all images, and maps those of the calibration by detectors that have not seen them.
    ///
    /// - Parameter images: The images.
    /// - Returns: A detector per declared one, and the held-out maps.
    /// - Throws: `CancellationError`.
    func run(
        _ images: TrainingImages
    ) async throws -> Learned {
        let steps = ["codes", "positions", "calibration"].map { "\(name)-\($0)" }
        return try await images.steps.result("\(name)-detectors", of: steps) {
            var learner = DetectorLearner(
                configuration: configuration,
                grid: grid,
                folding: folding,
                seed: options.seed,
                region: region?.positions
            )
            try await learn(&learner, images, codes: steps[0], positions: steps[1])
            return Learned(
                detectors: learner.detectors(leavingOut: [], kernels: options.kernels),
                calibration: try await calibrate(learner, images, step: steps[2])
            )
        }
    }

    /// What a stage learned.
    struct Learned: Codable {
        /// Of all images, in the order of the declaration.
        let detectors: [DetectorParameters]
        /// The held-out maps.
        let calibration: CrossFittedCalibration
    }

    /// A pass of samples, then a pass of features.
    private func learn(
        _ learner: inout DetectorLearner,
        _ images: TrainingImages,
        codes: String,
        positions: String
    ) async throws {
        let (seed, kernels, encoders) = (options.seed, options.kernels, encoders)
        let layout = images.layout
        let rows = max(16, min(512, 4 * DetectorLearner.sampleCapacity / layout.learnedCount))
        let (sampler, folding, trimmed) = (learner, folding, trimmed)
        let isLearned: @Sendable (TrainingTile) -> Bool = { tile in
            layout.isLearned(tile) && !trimmed.contains(tile.image)
        }
        try await images.steps.step(
            codes,
            &learner,
            gather: { learner in
                try await images.pass(
                    named: "codes",
                    only: isLearned,
                    transform: { tile, image in
                        var generator = SeededGenerator(
                            seed: seed,
                            stream: 0x10_0000 &+ UInt64(tile.number)
                        )
                        return sampler.samples(
                            of: image,
                            encoders: encoders,
                            count: rows,
                            generator: &generator,
                            kernels: kernels
                        )
                    },
                    deliver: { tile, rows in
                        learner.offer(
                            samples: rows,
                            fold: folding.fold(of: tile.image),
                            tile: tile.number
                        )
                    }
                )
            },
            learn: { $0.reduce(kernels: kernels, jobs: options.jobs) }
        )
        let maker = learner.featureMaker(kernels: kernels)
        try await images.steps.step(
            positions,
            &learner,
            gather: { learner in
                try await images.pass(
                    named: "positions",
                    only: isLearned,
                    transform: { tile, image in
                        maker.features(
                            of: image,
                            encoders: encoders,
                            fold: folding.fold(of: tile.image)
                        )
                    },
                    deliver: { tile, features in
                        learner.offer(features: features, tile: tile.number, kernels: kernels)
                    }
                )
                learner.settle(kernels: kernels)
            }
        )
    }

    private func calibrate(
        _ learner: DetectorLearner,
        _ images: TrainingImages,
        step: String
    ) async throws -> CrossFittedCalibration {
        var calibration = CrossFittedCalibration(folding: folding, region: region?.positions)
        try await images.steps.step(
            step,
            &calibration,
            gather: { calibration in
                // Two folds left out together serve the images of both.
                let sets = folding.sets.filter { !$0.isEmpty }
                let kernels = options.kernels
                let learned = mapConcurrently(sets.count, jobs: options.jobs) {
                    learner.detectors(leavingOut: sets[$0], kernels: kernels)
                }
                let detectors = Dictionary(uniqueKeysWithValues: zip(sets, learned))
                for fold in 0..<folding.folds {
                    let sets = folding.sets(for: fold).compactMap { detectors[$0] }
                    try await map(fold, by: sets, images, into: &calibration)
                }
            }
        )
        return calibration
    }

    /// Maps the images of a fold by detectors that have not seen them.
    private func map(
        _ fold: Int,
        by sets: [[DetectorParameters]],
        _ images: TrainingImages,
        into calibration: inout CrossFittedCalibration
    ) async throws {
        let (folding, trimmed) = (folding, trimmed)
        let chosen = CalibrationImages(
            images: images.total,
            most: options.calibrationImages,
            folding: folding
        )
        let practice =
            options.effort == .quick
            ? nil : DefectPractice(of: images, grid: grid, seed: options.seed)
        let layout = images.layout
        let bank = DetectorBank(
            encoders: encoders,
            sets: sets,
            grid: grid,
            kernels: options.kernels
        )
        try await images.pass(
            named: "calibration",
            only: { tile in
                folding.fold(of: tile.image) == fold && !trimmed.contains(tile.image)
                    && (chosen.includes(tile.image) || practice?.includes(tile) == true)
            },
            transform: { tile, image in
                (
                    sets: chosen.includes(tile.image)
                        ? bank.maps(of: image, sets: layout.isLearned(tile) ? nil : 1) : nil,
                    painted: practice?.paint(image, at: tile).map { painted in
                        (maps: bank.maps(of: painted.image, sets: 1)[0], mask: painted.mask)
                    }
                )
            },
            deliver: { tile, maps in
                if let sets = maps.sets {
                    calibration.offer(
                        sets,
                        fold: fold,
                        tile: tile,
                        calibrates: layout.isLearned(tile)
                    )
                }
                if let painted = maps.painted, let mask = inside(painted.mask) {
                    calibration.offer(
                        painted: painted.maps,
                        mask: mask,
                        fold: fold,
                        tile: tile
                    )
                }
            }
        )
    }

    /// What of a painted defect is in the region of interest; nil where nothing is.
    private func inside(_ mask: Matrix) -> Matrix? {
        guard let region else { return mask }
        var mask = mask
        for index in mask.elements.indices where !region.positions[index] {
            mask.elements[index] = 0
        }
        return mask.elements.contains { $0 > 0 } ? mask : nil
    }
}
