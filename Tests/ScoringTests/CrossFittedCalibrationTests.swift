import Scoring
import Tensors
import Testing

@Suite struct CrossFittedCalibrationTests {
    static let fusion = ScoreFusion(topShare: 0.1)

    /// Maps of two detectors for each of some images.
    static func maps(_ images: Int, seed: UInt64) -> [[Matrix]] {
        (0..<images).map { image in
            (0..<2).map { detector in
                var map = randomMatrix(
                    rows: 5,
                    columns: 6,
                    seed: seed + UInt64(2 * image + detector)
                )
                for index in map.elements.indices {
                    map.elements[index] = map.elements[index] * Float(1 + 9 * detector) + 20
                }
                return map
            }
        }
    }

    @Test func anImageIsScoredByTheOtherFoldsAlone() {
        let maps = Self.maps(12, seed: 221)
        let folds = maps.indices.map { $0 * $0 % 3 == 0 ? 0 : 1 + $0 % 2 }
        var calibration = CrossFittedCalibration()
        for (image, fold) in zip(maps, folds) { calibration.offer(image, fold: fold) }
        #expect(calibration.count == 12)
        #expect(Set(folds).count == 3)
        let scores = calibration.scores(fusion: Self.fusion)
        let wanted = maps.indices.map { image in
            let others = maps.indices.filter { folds[$0] != folds[image] }
            let standardized = (0..<2).map { detector in
                MapCalibration(heldOut: others.map { maps[$0][detector] })
                    .standardize(maps[image][detector])
            }
            return Self.fusion.score(Self.fusion.fuse(standardized))
        }
        #expect(scores == wanted)
    }

    @Test func anOddImageDoesNotMakeItselfLookUsual() {
        var maps = Self.maps(10, seed: 222)
        func score(of level: Float) -> Float {
            for index in maps[3][0].elements.indices { maps[3][0].elements[index] = level }
            var calibration = CrossFittedCalibration()
            for (image, part) in maps.enumerated() { calibration.offer(part, fold: image % 5) }
            return calibration.scores(fusion: Self.fusion)[3]
        }
        // Were the image in its own calibration, its score could not exceed the root of 9.
        #expect(score(of: 200) > 50)
        #expect(score(of: 2000) > 9 * score(of: 200))
    }

    @Test func theFinalCalibrationUsesAllImages() {
        let maps = Self.maps(7, seed: 223)
        var calibration = CrossFittedCalibration()
        #expect(calibration.calibrations().isEmpty)
        #expect(calibration.scores(fusion: Self.fusion).isEmpty)
        for (image, part) in maps.enumerated() { calibration.offer(part, fold: image % 2) }
        let wanted = (0..<2).map { detector in
            MapCalibration(heldOut: maps.map { $0[detector] })
        }
        #expect(calibration.calibrations() == wanted)
    }

    @Test func oneFoldIsScoredByItself() {
        let maps = Self.maps(4, seed: 224)
        var calibration = CrossFittedCalibration()
        for part in maps { calibration.offer(part, fold: 0) }
        let calibrations = calibration.calibrations()
        let wanted = maps.map { image in
            Self.fusion.score(
                Self.fusion.fuse(zip(calibrations, image).map { $0.standardize($1) })
            )
        }
        #expect(calibration.scores(fusion: Self.fusion) == wanted)
    }
}
