import Scoring
import Tensors
import Testing

/// Images of two tiles each: what is learned from tiles, and what stays a matter of images.
@Suite struct TiledCalibrationTests {
    static let fusion = ScoreFusion(topShare: 0.1)
    static let folding = Folding(images: 12, wanted: 3)

    static func sets(tile: Int, fold: Int, adding level: Float = 0) -> [[Matrix]] {
        folding.sets(for: fold).indices.map { set in
            CrossFittedCalibrationTests.maps(image: tile, set: set).map { map in
                var map = map
                for index in map.elements.indices { map.elements[index] += level }
                return map
            }
        }
    }

    /// The second tile of each image is set off by a level, and may be left out of the calibration.
    static func calibration(
        second level: Float = 0,
        calibrates: Bool = true
    ) -> CrossFittedCalibration {
        var calibration = CrossFittedCalibration(folding: folding)
        for number in 0..<24 {
            let isSecond = number % 2 == 1
            let fold = folding.fold(of: number / 2)
            calibration.offer(
                sets(tile: number, fold: fold, adding: isSecond ? level : 0),
                fold: fold,
                tile: TrainingTile(image: number / 2, number: number),
                calibrates: !isSecond || calibrates
            )
        }
        return calibration
    }

    @Test func theScoreOfAnImageIsTheLargestOfItsTiles() {
        // The same maps, each as an image of its own in the fold of its image.
        var apart = CrossFittedCalibration(folding: Self.folding)
        for number in 0..<24 {
            let fold = Self.folding.fold(of: number / 2)
            apart.offer(Self.sets(tile: number, fold: fold), fold: fold, image: number)
        }
        let scores = apart.scores(fusion: Self.fusion)
        let tiled = Self.calibration()
        #expect(tiled.count == 24)
        #expect(tiled.images == Array(0..<12))
        #expect(
            tiled.scores(fusion: Self.fusion)
                == (0..<12).map { max(scores[2 * $0], scores[2 * $0 + 1]) }
        )
        #expect(tiled.calibrations() == apart.calibrations())
    }

    @Test func tilesThatDoNotCalibrateAreScoredAllTheSame() {
        let usual = Self.calibration(second: 0, calibrates: false)
        let odd = Self.calibration(second: 100, calibrates: false)
        #expect(usual.calibrations() == odd.calibrations())
        #expect(usual.calibrations() != Self.calibration().calibrations())
        for (usual, odd) in zip(
            usual.scores(fusion: Self.fusion),
            odd.scores(fusion: Self.fusion)
        ) {
            #expect(odd > usual + 50)
        }
    }

    @Test func aPaintedTileIsComparedAsPartOfItsImage() throws {
        var calibration = Self.calibration()
        let mask = Matrix(rows: 5, columns: 6, repeating: 0.5)
        for image in 0..<12 {
            let fold = Self.folding.fold(of: image)
            // What is painted lowers the tile far below all others: nothing of it is in the image's score.
            calibration.offer(
                painted: Self.sets(tile: 2 * image, fold: fold, adding: -500)[0],
                mask: mask,
                fold: fold,
                tile: TrainingTile(image: image, number: 2 * image)
            )
        }
        let found = FusionStudy(
            calibration: calibration,
            declared: Self.fusion,
            seed: 0,
            kernels: .best
        ).run()
        #expect(found.record.normalImages == 12)
        #expect(found.record.paintedImages == 12)
        #expect(found.scores == calibration.scores(fusion: found.fusion))
        let measure = try #require(
            found.record.candidates.first { $0.fusion == Self.fusion }
        )
        // Were painted tiles compared alone, all would be below the normal images.
        #expect(measure.auroc > 0.2)
        #expect(measure.auroc <= 0.5)
    }

    @Test(arguments: [true, false])
    func aDefectInOneTileMakesTheImageDefective(hasMasks: Bool) throws {
        let calibration = Self.calibration()
        let mask = Matrix(rows: 5, columns: 6, filledWith: (0..<30).map { $0 < 6 ? 1 : 0 })
        let images = (0..<8).map { image in
            let tiles = (0..<2).map { tile in
                var maps = CrossFittedCalibrationTests.maps(image: 500 + 2 * image + tile, set: 0)
                // In every other image the first tile is the defective one.
                let isDefective = tile == image % 2
                for map in maps.indices where isDefective {
                    for index in 0..<6 { maps[map].elements[index] += 100 }
                }
                let own = isDefective ? mask : Matrix(rows: 5, columns: 6)
                return FusionStudy.AnomalousImage.Tile(maps: maps, mask: hasMasks ? own : nil)
            }
            return FusionStudy.AnomalousImage(tiles: tiles)
        }
        let found = FusionStudy(
            calibration: calibration,
            declared: Self.fusion,
            anomalous: images,
            seed: 0,
            kernels: .best
        ).run()
        let anomalous = try #require(found.record.anomalous)
        #expect(anomalous.images == 8)
        #expect(anomalous.masked == (hasMasks ? 8 : 0))
        #expect(anomalous.declared.auroc == 1)
        // The head has learned where the defects are, not that all of those images is one.
        #expect(try #require(anomalous.head).auroc == 1)
    }
}
