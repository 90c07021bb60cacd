import Foundation
import Pipeline
import Scoring
import Testing

/// Calibration keeps maps of a bounded number of images, however many are learned from.
@Suite struct CalibrationImagesTests {
    @Test(
        "every fold gives its part, also where places at equal distances are of one fold",
        arguments: [(6000, 2000, 3), (5999, 2000, 3), (2001, 2000, 3), (100, 7, 4), (24, 8, 4)]
    )
    func choosesEvenly(images: Int, most: Int, folds: Int) {
        let chosen = CalibrationImages(
            images: images,
            most: most,
            folding: Folding(images: images, wanted: folds)
        )
        let places = (0..<images).filter(chosen.includes)
        #expect(places.count == most)
        let parts = (0..<folds).map { fold in places.count { $0 % folds == fold } }
        #expect((parts.max() ?? 0) - (parts.min() ?? 0) <= 1)
        // In each of five stretches of the walk as many as in the others, but for one a fold at each end.
        let stretches = (0..<5).map { part in
            places.count { $0 * 5 / images == part }
        }
        #expect((stretches.max() ?? 0) - (stretches.min() ?? 0) <= 2 * folds)
    }

    @Test(arguments: [24, 100])
    func choosesAllWhereTheyAreFew(most: Int) {
        let chosen = CalibrationImages(images: 24, most: most, folding: Folding(images: 24))
        #expect((0..<24).allSatisfy(chosen.includes))
    }

    private func learn(_ limit: Int, rate: Double) async throws -> TrainingRun.Result {
        let images = PaperNetwork.root.appending(path: "sample-data/brushed-metal/train/good")
        return try await TrainingRun(
            options: TrainingOptions(
                ingest: IngestOptions(roots: [RawPath(images.path(percentEncoded: false))]),
                configuration: try PaperNetwork.declaration(),
                falseAlarmRate: rate,
                jobs: 2,
                calibrationLimit: limit
            )
        ).run()
    }

    @Test("the others are learned from all the same, and practised on")
    func learnsFromAll() async throws {
        let all = try await learn(24, rate: 0.2)
        let few = try await learn(8, rate: 0.2)
        #expect(all.parameters.conformal.scores.count == 24)
        #expect(few.parameters.conformal.scores.count == 8)
        #expect((all.images, few.images) == (24, 24))
        #expect(few.parameters.layers == all.parameters.layers)
        #expect(few.parameters.detectors == all.parameters.detectors)
        #expect(few.parameters.calibrations != all.parameters.calibrations)
        let study = try #require(few.fusion)
        #expect((study.normalImages, study.paintedImages) == (8, 24))
    }

    @Test("a rate that needs more images to calibrate on gets them")
    func holdsTheRate() async throws {
        let result = try await learn(4, rate: 0.05)
        #expect(result.parameters.conformal.scores.count == 19)
        #expect(result.threshold.isSufficient)
    }
}
