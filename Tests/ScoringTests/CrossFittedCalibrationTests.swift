import Scoring
import Tensors
import Testing

@Suite struct CrossFittedCalibrationTests {
    static let fusion = ScoreFusion(topShare: 0.1)

    /// Maps of two detectors for an image, as made with one set of folds left out.
    static func maps(image: Int, set: Int) -> [Matrix] {
        (0..<2).map { detector in
            var map = randomMatrix(
                rows: 5,
                columns: 6,
                seed: UInt64(1000 * image + 10 * set + detector)
            )
            for index in map.elements.indices {
                map.elements[index] = map.elements[index] * Float(1 + 9 * detector) + 20
            }
            return map
        }
    }

    /// For each image the maps of its fold's sets, in their order.
    static func allMaps(_ images: Int, _ folding: Folding) -> [[[Matrix]]] {
        (0..<images).map { image in
            folding.sets(for: folding.fold(of: image)).indices.map { maps(image: image, set: $0) }
        }
    }

    static func calibration(_ maps: [[[Matrix]]], _ folding: Folding) -> CrossFittedCalibration {
        var calibration = CrossFittedCalibration(folding: folding)
        for (image, sets) in maps.enumerated() {
            calibration.offer(sets, fold: folding.fold(of: image), image: image)
        }
        return calibration
    }

    @Test(
        "an image is calibrated by maps of the others that left its fold out too",
        arguments: [
            (12, 2), (13, 3), (11, 4), (4, 4),
        ]
    )
    func scoresAreNested(images: Int, folds: Int) throws {
        let folding = Folding(images: images, wanted: folds)
        #expect(folding.folds == folds)
        let maps = Self.allMaps(images, folding)
        let calibration = Self.calibration(maps, folding)
        #expect(calibration.count == images)
        let wanted = try (0..<images).map { image in
            let fold = folding.fold(of: image)
            let others = try (0..<images).filter { folding.fold(of: $0) != fold }
                .map { other in
                    // Two folds have no set that leaves out both.
                    let set: Set<Int> =
                        folds == 2
                        ? [folding.fold(of: other)] : [folding.fold(of: other), fold]
                    let sets = folding.sets(for: folding.fold(of: other))
                    return maps[other][try #require(sets.firstIndex(of: set))]
                }
            let standardized = (0..<2).map { detector in
                MapCalibration(heldOut: others.map { $0[detector] })
                    .standardize(maps[image][0][detector])
            }
            return Self.fusion.score(Self.fusion.fuse(standardized))
        }
        #expect(calibration.scores(fusion: Self.fusion) == wanted)
    }

    @Test func anOddImageDoesNotMakeItselfLookUsual() {
        let folding = Folding(images: 12)
        var maps = Self.allMaps(12, folding)
        func score(of level: Float) -> Float {
            for set in maps[3].indices {
                for index in maps[3][set][0].elements.indices {
                    maps[3][set][0].elements[index] = level
                }
            }
            return Self.calibration(maps, folding).scores(fusion: Self.fusion)[3]
        }
        // Were the image in its own calibration, its score could not exceed the root of 11.
        #expect(score(of: 200) > 50)
        #expect(score(of: 2000) > 9 * score(of: 200))
    }

    @Test func theFinalCalibrationUsesAllImages() {
        let folding = Folding(images: 7)
        let empty = CrossFittedCalibration(folding: folding)
        #expect(empty.calibrations().isEmpty)
        #expect(empty.scores(fusion: Self.fusion).isEmpty)
        let maps = Self.allMaps(7, folding)
        let wanted = (0..<2).map { detector in
            MapCalibration(heldOut: maps.map { $0[0][detector] })
        }
        #expect(Self.calibration(maps, folding).calibrations() == wanted)
    }

    @Test(
        "calibrations of some detectors each, joined, are that of all of them",
        arguments: [
            (12, 4), (11, 3), (5, 2),
        ]
    )
    func joiningEqualsOneOfAll(images: Int, folds: Int) {
        let folding = Folding(images: images, wanted: folds)
        // Four detectors of scales of their own, so that each is told from the others.
        let maps = (0..<images).map { image in
            folding.sets(for: folding.fold(of: image)).indices.map { set in
                Self.maps(image: image, set: set) + Self.maps(image: image + 100, set: set)
            }
        }
        let parts = [[2, 0], [3], [1]].map { members in
            Self.calibration(maps.map { $0.map { set in members.map { set[$0] } } }, folding)
        }
        // Counted through the parts the detectors are 2, 0, 3, 1.
        let joined = CrossFittedCalibration(joining: parts, order: [1, 3, 0, 2])
        let whole = Self.calibration(maps, folding)
        #expect(joined.count == images)
        #expect(joined.images == whole.images)
        #expect(joined.calibrations() == whole.calibrations())
        #expect(joined.scores(fusion: Self.fusion) == whole.scores(fusion: Self.fusion))
        let misplaced = CrossFittedCalibration(joining: parts, order: [1, 3, 2, 0])
        #expect(misplaced.calibrations() != whole.calibrations())
    }
}

@Suite struct FoldingTests {
    @Test(arguments: [(1, 4, 2), (2, 4, 2), (3, 4, 3), (4, 4, 4), (500, 4, 4), (500, 7, 7)])
    func thereAreNoMoreFoldsThanImages(images: Int, wanted: Int, folds: Int) {
        let folding = Folding(images: images, wanted: wanted)
        #expect(folding.folds == folds)
        let sizes = Dictionary(grouping: 0..<max(images, 2), by: folding.fold(of:)).mapValues(
            \.count
        )
        #expect(sizes.keys.sorted() == Array(0..<folds))
        #expect((sizes.values.max() ?? 0) - (sizes.values.min() ?? 0) <= 1)
    }

    @Test(arguments: 2...6)
    func leavesOutNoneOneAndTwo(folds: Int) {
        let folding = Folding(images: 100, wanted: folds)
        let sets = folding.sets
        let pairs = folds == 2 ? 0 : folds * (folds - 1) / 2
        #expect(sets.count == 1 + folds + pairs)
        #expect(Set(sets).count == sets.count)
        #expect(sets.first == [])
        #expect(sets.allSatisfy { $0.count < folds })
        for fold in 0..<folds {
            let own = folding.sets(for: fold)
            #expect(own.first == [fold])
            #expect(own.allSatisfy { $0.contains(fold) && sets.contains($0) })
            #expect(Set(own).count == 1 + folding.partners(of: fold).count)
        }
    }
}
