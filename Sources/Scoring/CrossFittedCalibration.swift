public import Tensors

/// Calibrates a model on maps of images that the detectors behind the maps have not seen.
///
/// The score of a normal image must come about as that of a new image will: by detectors learned without it, calibrated
/// on images that were held out from those detectors in their turn. So each image of fold `f` is mapped by detectors that
/// left `f` out, and, for each other fold `g`, by detectors that left out both: these maps calibrate the scores of `g`.
/// Without the second step scores of held-out images come out too high when images are few, and thresholds with them.
public struct CrossFittedCalibration: Sendable {
    private let folding: Folding
    private let region: [Bool]?
    private var maps: [[Matrix]] = []
    private var nested: [[Int: [Matrix]]] = []
    private var foldOf: [Int] = []
    /// The places of the images taken, in the order they were offered.
    public private(set) var images: [Int] = []
    /// Versions of some of the images with painted defects.
    private(set) var painted: [Painted] = []

    /// The maps of an image with painted defects, by detectors that have not seen the image.
    struct Painted: Sendable {
        var maps: [Matrix]
        /// The share of each position that is painted.
        let mask: Matrix
        let fold: Int
        let image: Int
    }

    /// Starts without maps.
    ///
    /// - Parameters:
    ///   - folding: The folds.
    ///   - region: For each position, row after row, whether it counts; all do when nil.
    public init(folding: Folding, region: [Bool]? = nil) {
        self.folding = folding
        self.region = region
    }

    /// Joins calibrations of different detectors on the same images.
    ///
    /// - Parameters:
    ///   - parts: At least one, offered the same images in the same order.
    ///   - order: Which of the parts' detectors, counted through, comes first, second and so on.
    public init(joining parts: [CrossFittedCalibration], order: [Int]) {
        precondition(!parts.isEmpty, "no parts")
        self.init(folding: parts[0].folding, region: parts[0].region)
        precondition(
            parts.allSatisfy { $0.images == parts[0].images },
            "the parts are of other images"
        )
        images = parts[0].images
        foldOf = parts[0].foldOf
        maps = images.indices.map { image in
            let all = parts.flatMap { $0.maps[image] }
            return order.map { all[$0] }
        }
        nested = images.indices.map { image in
            var result: [Int: [Matrix]] = [:]
            for fold in parts[0].nested[image].keys {
                let all = parts.flatMap { $0.nested[image][fold] ?? [] }
                result[fold] = order.map { all[$0] }
            }
            return result
        }
        // A painted image is left out by parts whose maps of it were not finite.
        let known = parts.map { part in
            Dictionary(
                part.painted.map { ($0.image, $0.maps) },
                uniquingKeysWith: { first, _ in first }
            )
        }
        painted = parts[0].painted.compactMap { one in
            let maps = known.compactMap { $0[one.image] }
            guard maps.count == parts.count else { return nil }
            let all = maps.flatMap(\.self)
            var joined = one
            joined.maps = order.map { all[$0] }
            return joined
        }
    }

    /// The number of images taken.
    public var count: Int { maps.count }

    /// Takes the maps of an image, in the order of ``Folding/sets(for:)``.
    ///
    /// - Parameters:
    ///   - sets: For each set of left out folds a map per detector.
    ///   - fold: The fold of the image.
    ///   - image: Its place among the inputs.
    public mutating func offer(_ sets: [[Matrix]], fold: Int, image: Int) {
        images.append(image)
        maps.append(sets[0])
        nested.append(
            Dictionary(
                uniqueKeysWithValues: zip(folding.partners(of: fold), sets.dropFirst().map(\.self))
            )
        )
        foldOf.append(fold)
    }

    /// Takes the maps of a version of an image with painted defects; maps that are not finite are passed over.
    ///
    /// - Parameters:
    ///   - maps: A map per detector that was learned without the image's fold.
    ///   - mask: The share of each position that is painted, in `0...1`.
    ///   - fold: The fold of the image.
    ///   - image: Its place among the inputs.
    public mutating func offer(painted maps: [Matrix], mask: Matrix, fold: Int, image: Int) {
        guard maps.allSatisfy({ $0.elements.allSatisfy(\.isFinite) }) else { return }
        painted.append(Painted(maps: maps, mask: mask, fold: fold, image: image))
    }

    /// The number of painted images taken.
    public var paintedCount: Int { painted.count }

    /// The places of the painted images taken, in the order they were offered.
    public var paintedImages: [Int] { painted.map(\.image) }

    /// The same images, each with one more map that was not learned from it.
    ///
    /// - Parameters:
    ///   - more: For each image, in the order they were offered.
    ///   - other: For each painted image.
    /// - Returns: The calibration of all maps.
    public func adding(maps more: [Matrix], painted other: [Matrix]) -> CrossFittedCalibration {
        precondition(more.count == count && other.count == paintedCount, "maps of other images")
        var result = self
        for (index, map) in more.enumerated() {
            result.maps[index].append(map)
            for fold in result.nested[index].keys { result.nested[index][fold]?.append(map) }
        }
        for (index, map) in other.enumerated() { result.painted[index].maps.append(map) }
        return result
    }

    /// The calibration of each detector's map, from all images.
    public func calibrations() -> [MapCalibration] {
        guard let first = maps.first else { return [] }
        return first.indices.map { detector in
            MapCalibration(heldOut: maps.map { $0[detector] }, region: region)
        }
    }

    /// The scores of the images as normal ones.
    ///
    /// - Parameter fusion: How maps become a score.
    /// - Returns: One score per image, in the order they were offered.
    public func scores(fusion: ScoreFusion) -> [Float] {
        let calibrations = foldCalibrations()
        return maps.indices.map { image in
            fusion.score(fusion.fuse(standardized(image, calibrations)))
        }
    }

    /// The folds that have images, in order.
    var occupiedFolds: [Int] { Set(foldOf).sorted() }

    /// The fold of an image, by the order they were offered in.
    func fold(ofImage image: Int) -> Int { foldOf[image] }

    /// For each fold the calibrations that its images are judged by: learned from the other folds.
    func foldCalibrations() -> [Int: [MapCalibration]] {
        var calibrations: [Int: [MapCalibration]] = [:]
        for fold in Set(foldOf) {
            let others = maps.indices.filter { foldOf[$0] != fold }
            let kept = others.isEmpty ? Array(maps.indices) : others
            calibrations[fold] = maps[0].indices.map { detector in
                MapCalibration(
                    heldOut: kept.map { (nested[$0][fold] ?? maps[$0])[detector] },
                    region: region
                )
            }
        }
        return calibrations
    }

    /// The calibrated maps of an image, by the order they were offered in.
    func standardized(_ image: Int, _ calibrations: [Int: [MapCalibration]]) -> [Matrix] {
        Self.standardize(maps[image], calibrations[foldOf[image]])
    }

    /// The calibrated maps of a painted image.
    func standardized(painted: Int, _ calibrations: [Int: [MapCalibration]]) -> [Matrix] {
        Self.standardize(self.painted[painted].maps, calibrations[self.painted[painted].fold])
    }

    private static func standardize(
        _ maps: [Matrix],
        _ calibrations: [MapCalibration]?
    ) -> [Matrix] {
        zip(maps, calibrations ?? []).map { map, calibration in calibration.standardize(map) }
    }
}
