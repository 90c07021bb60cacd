public import Tensors

/// Calibrates a model on maps of images that the detectors behind the maps have not seen.
///
/// The score of a normal image must come about as that of a new image will: by detectors learned without it, calibrated
/// on images that were held out from those detectors in their turn. So each image of fold `f` is mapped by detectors that
/// left `f` out, and, for each other fold `g`, by detectors that left out both: these maps calibrate the scores of `g`.
/// Without the second step scores of held-out images come out too high when images are few, and thresholds with them.
///
/// Where images are divided, maps are those of tiles, and the score of an image is the largest of its tiles' scores.
public struct CrossFittedCalibration: Sendable, Codable {
    private let folding: Folding
    private let region: [Bool]?
    private var maps: [[Matrix]] = []
    private var nested: [[Int: [Matrix]]] = []
    private var foldOf: [Int] = []
    /// Whether a tile's maps are among those that others are calibrated on.
    private var calibrates: [Bool] = []
    /// For each tile the index of its image in ``images``.
    private(set) var imageOf: [Int] = []
    /// The tiles taken, in the order they were offered.
    public private(set) var tiles: [TrainingTile] = []
    /// The places of the images taken, in the order they were offered.
    public private(set) var images: [Int] = []
    /// Versions of some of the images with painted defects.
    private(set) var painted: [Painted] = []

    /// The maps of an image with painted defects, by detectors that have not seen the image.
    struct Painted: Sendable, Codable {
        var maps: [Matrix]
        /// The share of each position that is painted.
        let mask: Matrix
        let fold: Int
        let tile: TrainingTile
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
            parts.allSatisfy { $0.tiles == parts[0].tiles },
            "the parts are of other images"
        )
        tiles = parts[0].tiles
        images = parts[0].images
        imageOf = parts[0].imageOf
        foldOf = parts[0].foldOf
        calibrates = parts[0].calibrates
        maps = tiles.indices.map { image in
            let all = parts.flatMap { $0.maps[image] }
            return order.map { all[$0] }
        }
        nested = tiles.indices.map { image in
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
                part.painted.map { ($0.tile, $0.maps) },
                uniquingKeysWith: { first, _ in first }
            )
        }
        painted = parts[0].painted.compactMap { one in
            let maps = known.compactMap { $0[one.tile] }
            guard maps.count == parts.count else { return nil }
            let all = maps.flatMap(\.self)
            var joined = one
            joined.maps = order.map { all[$0] }
            return joined
        }
    }

    /// Joins calibrations of the same detectors on different images.
    ///
    /// It holds what one calibration would that was offered fold after fold, and in each the images in their order.
    ///
    /// - Parameter parts: At least one, of the same folds and region.
    public init(merging parts: [CrossFittedCalibration]) {
        precondition(!parts.isEmpty, "no parts")
        self.init(folding: parts[0].folding, region: parts[0].region)
        let places = parts.indices.flatMap { part in
            parts[part].tiles.indices.map { (part: part, tile: $0) }
        }
        func order(_ place: (part: Int, tile: Int)) -> (fold: Int, number: Int) {
            let part = parts[place.part]
            return (part.foldOf[place.tile], part.tiles[place.tile].number)
        }
        for place in places.sorted(by: { order($0) < order($1) }) {
            let (part, tile) = (parts[place.part], place.tile)
            let fold = part.foldOf[tile]
            offer(
                [part.maps[tile]]
                    + folding.partners(of: fold).compactMap { part.nested[tile][$0] },
                fold: fold,
                tile: part.tiles[tile],
                calibrates: part.calibrates[tile]
            )
        }
        painted = parts.flatMap(\.painted)
            .sorted { ($0.fold, $0.tile.number) < ($1.fold, $1.tile.number) }
    }

    /// The number of tiles taken; of images where none is divided.
    public var count: Int { maps.count }

    /// Takes the maps of an image, in the order of ``Folding/sets(for:)``.
    ///
    /// - Parameters:
    ///   - sets: For each set of left out folds a map per detector.
    ///   - fold: The fold of the image.
    ///   - image: Its place among the inputs.
    public mutating func offer(_ sets: [[Matrix]], fold: Int, image: Int) {
        offer(sets, fold: fold, tile: TrainingTile(whole: image))
    }

    /// Takes the maps of a tile, in the order of ``Folding/sets(for:)``; all tiles of an image one after the other.
    ///
    /// - Parameters:
    ///   - sets: For each set of left out folds a map per detector; the first set alone where the tile doesn't calibrate.
    ///   - fold: The fold of the image.
    ///   - tile: The tile.
    ///   - calibrates: Whether other images are calibrated on its maps, not only itself judged.
    public mutating func offer(
        _ sets: [[Matrix]],
        fold: Int,
        tile: TrainingTile,
        calibrates: Bool = true
    ) {
        if images.last != tile.image { images.append(tile.image) }
        imageOf.append(images.count - 1)
        tiles.append(tile)
        self.calibrates.append(calibrates)
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
        offer(painted: maps, mask: mask, fold: fold, tile: TrainingTile(whole: image))
    }

    /// Takes the maps of a version of a tile with painted defects; maps that are not finite are passed over.
    ///
    /// - Parameters:
    ///   - maps: A map per detector that was learned without the image's fold.
    ///   - mask: The share of each position that is painted, in `0...1`.
    ///   - fold: The fold of the image.
    ///   - tile: The tile.
    public mutating func offer(
        painted maps: [Matrix],
        mask: Matrix,
        fold: Int,
        tile: TrainingTile
    ) {
        guard maps.allSatisfy({ $0.elements.allSatisfy(\.isFinite) }) else { return }
        painted.append(Painted(maps: maps, mask: mask, fold: fold, tile: tile))
    }

    /// The number of painted tiles taken.
    public var paintedCount: Int { painted.count }

    /// The painted tiles taken, in the order they were offered.
    public var paintedTiles: [TrainingTile] { painted.map(\.tile) }

    /// The same tiles, each with one more map that was not learned from it.
    ///
    /// - Parameters:
    ///   - more: For each tile, in the order they were offered.
    ///   - other: For each painted tile.
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
        let kept = maps.indices.filter { calibrates[$0] }
        return first.indices.map { detector in
            MapCalibration(heldOut: kept.map { maps[$0][detector] }, region: region)
        }
    }

    /// The scores of the images as normal ones.
    ///
    /// - Parameter fusion: How maps become a score.
    /// - Returns: One score per image, in the order they were offered.
    public func scores(fusion: ScoreFusion) -> [Float] {
        let calibrations = foldCalibrations()
        return largestOfImages(
            maps.indices.map { tile in
                fusion.score(fusion.fuse(standardized(tile, calibrations)))
            }
        )
    }

    /// The largest of the tiles' scores of each image, in the order of ``images``.
    func largestOfImages(_ scores: [Float]) -> [Float] {
        var largest = [Float?](repeating: nil, count: images.count)
        for (image, score) in zip(imageOf, scores) {
            // A score that is no number stays one, whatever it is compared with.
            if let known = largest[image], !(score > known || score.isNaN) { continue }
            largest[image] = score
        }
        return largest.map { $0 ?? .nan }
    }

    /// The folds that have images, in order.
    var occupiedFolds: [Int] { Set(foldOf).sorted() }

    /// The fold of a tile, by the order they were offered in.
    func fold(ofTile tile: Int) -> Int { foldOf[tile] }

    /// For each fold the calibrations that its images are judged by: learned from the other folds.
    func foldCalibrations() -> [Int: [MapCalibration]] {
        var calibrations: [Int: [MapCalibration]] = [:]
        for fold in Set(foldOf) {
            let all = maps.indices.filter { calibrates[$0] }
            let others = all.filter { foldOf[$0] != fold }
            let kept = others.isEmpty ? all : others
            calibrations[fold] = maps[0].indices.map { detector in
                MapCalibration(
                    heldOut: kept.map { (nested[$0][fold] ?? maps[$0])[detector] },
                    region: region
                )
            }
        }
        return calibrations
    }

    /// The calibrated maps of a tile, by the order they were offered in.
    func standardized(_ tile: Int, _ calibrations: [Int: [MapCalibration]]) -> [Matrix] {
        Self.standardize(maps[tile], calibrations[foldOf[tile]])
    }

    /// The calibrated maps of a painted tile.
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
