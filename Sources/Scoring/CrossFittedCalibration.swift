public import SparseCoding
public import Tensors

/// Calibrates a model on maps of images that the detectors behind the maps have not seen.
public struct CrossFittedCalibration: Sendable {
    private var maps: [[Matrix]] = []
    private var folds: [Int] = []

    /// Starts without maps.
    public init() {}

    /// Detectors that left a fold out, to map the images of that fold.
    public struct FoldBank: Sendable {
        private let bank: DetectorBank

        /// Prepares the detectors.
        public init(
            encoders: [ImageEncoder],
            detectors: [DetectorParameters],
            grid: PositionGrid,
            kernels: Kernels
        ) {
            bank = DetectorBank(
                encoders: encoders,
                detectors: detectors,
                grid: grid,
                kernels: kernels
            )
        }

        /// The map of each detector, in its own units.
        public func maps(of image: FeatureMap) -> [Matrix] { bank.maps(of: image) }
    }

    /// The number of images taken.
    public var count: Int { maps.count }

    /// Takes the maps of an image of a fold, made by detectors that left that fold out.
    public mutating func offer(_ imageMaps: [Matrix], fold: Int) {
        maps.append(imageMaps)
        folds.append(fold)
    }

    /// The calibration of each detector's map, from all images.
    public func calibrations() -> [MapCalibration] {
        guard let first = maps.first else { return [] }
        return first.indices.map { detector in
            MapCalibration(heldOut: maps.map { $0[detector] })
        }
    }

    /// The scores of the images as normal ones.
    ///
    /// Each is calibrated by the other folds alone, so that an image can't make itself look usual.
    ///
    /// - Parameter fusion: How maps become a score.
    /// - Returns: One score per image, in the order they were offered.
    public func scores(fusion: ScoreFusion) -> [Float] {
        var calibrations: [Int: [MapCalibration]] = [:]
        for fold in Set(folds) {
            let others = maps.indices.filter { folds[$0] != fold }
            let kept = others.isEmpty ? Array(maps.indices) : others
            calibrations[fold] = maps[0].indices.map { detector in
                MapCalibration(heldOut: kept.map { maps[$0][detector] })
            }
        }
        return maps.indices.map { image in
            let standardized = zip(maps[image], calibrations[folds[image]] ?? [])
                .map { map, calibration in calibration.standardize(map) }
            return fusion.score(fusion.fuse(standardized))
        }
    }
}
