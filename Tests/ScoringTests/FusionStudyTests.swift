import Scoring
import Tensors
import Testing

@Suite struct FusionStudyTests {
    /// What images look like to two detectors on 8 x 8 positions.
    enum World: Sendable {
        /// Noise; a defect is seen by both detectors.
        case plain
        /// The level of an image varies much more than a defect raises it.
        case uneven
        /// The second detector jumps at random; only the first sees a defect.
        case jumpy

        func maps(seed: UInt64, isDefective: Bool) -> [Matrix] {
            var generator = SeededGenerator(seed: seed, stream: 5)
            var maps = (0..<2).map { randomMatrix(rows: 8, columns: 8, seed: 2 * seed + $0) }
            let level = Float(generator.nextNormal())
            for detector in 0..<2 {
                for index in maps[detector].elements.indices {
                    switch self {
                    case .plain: break
                    case .uneven:
                        maps[detector].elements[index] =
                            10 * level + 0.3 * maps[detector].elements[index]
                    case .jumpy:
                        if detector == 1, generator.nextUnit() < 0.05 {
                            maps[detector].elements[index] += 30
                        }
                    }
                }
                if isDefective, detector == 0 || self != .jumpy {
                    for index in 0..<2 { maps[detector].elements[index] += 3.5 }
                }
            }
            return maps
        }
    }

    static var mask: Matrix {
        var mask = Matrix(rows: 8, columns: 8)
        mask.elements[0] = 1
        mask.elements[1] = 0.8
        mask.elements[2] = 0.1
        return mask
    }

    static func outcome(
        _ world: World,
        declared: ScoreFusion = ScoreFusion(),
        anomalous: Int = 0,
        withMasks: Bool = true
    ) -> FusionStudy.Outcome {
        let folding = Folding(images: 60)
        var calibration = CrossFittedCalibration(folding: folding)
        for image in 0..<60 {
            let fold = folding.fold(of: image)
            let maps = world.maps(seed: UInt64(image), isDefective: false)
            calibration.offer(
                folding.sets(for: fold).map { _ in maps },
                fold: fold,
                image: image
            )
            calibration.offer(
                painted: world.maps(seed: 1000 + UInt64(image), isDefective: true),
                mask: mask,
                fold: fold,
                image: image
            )
        }
        return FusionStudy(
            calibration: calibration,
            declared: declared,
            anomalous: (0..<anomalous).map {
                FusionStudy.AnomalousImage(
                    maps: world.maps(seed: 2000 + UInt64($0), isDefective: true),
                    mask: withMasks ? mask : nil
                )
            },
            seed: 0,
            kernels: .best
        ).run()
    }

    @Test func keepsTheDeclaredFusionWhereOthersAreHardlyBetter() {
        let found = Self.outcome(.plain)
        #expect(found.fusion == ScoreFusion())
        #expect(found.record.reason == .kept)
        #expect(found.record.normalImages == 60)
        #expect(found.record.paintedImages == 60)
        // All rules, shares and units, and the head.
        #expect(found.record.candidates.count == 19)
        #expect(Set(found.record.candidates.map(\.fusion.rule)).count == 4)
        #expect(found.record.candidates.allSatisfy { $0.auroc > 0.5 })
    }

    @Test func switchesWhereAnotherIsClearlyBetter() throws {
        let found = Self.outcome(.uneven)
        #expect(found.fusion.isRelative)
        #expect(found.record.reason == .better)
        #expect(found.record.chosen == found.fusion)
        let chosen = try #require(found.record.candidates.first { $0.fusion == found.fusion })
        let declared = try #require(
            found.record.candidates.first { $0.fusion == ScoreFusion() }
        )
        #expect(chosen.auroc > declared.auroc + FusionRecord.margin)
        #expect(chosen.auroc > 0.95)
    }

    @Test func keepsAPinnedFusion() {
        let pinned = ScoreFusion(isPinned: true)
        let found = Self.outcome(.uneven, declared: pinned)
        #expect(found.fusion == pinned)
        #expect(found.record.reason == .pinned)
    }

    @Test func keepsTheFusionThoughAHeadIsBetterOnPaintedDefects() throws {
        let found = Self.outcome(.jumpy)
        let head = try #require(found.record.candidates.last)
        #expect(head.fusion.rule == .head)
        let others = found.record.candidates.dropLast().map(\.auroc)
        #expect(head.auroc > (others.max() ?? 1) + FusionRecord.margin)
        #expect(found.fusion.rule != .head)
        #expect(found.head?.certificate.labels == .synthetic)
    }

    @Test(arguments: [true, false])
    func takesTheHeadThatRealDefectsSpeakFor(withMasks: Bool) throws {
        let found = Self.outcome(.jumpy, anomalous: 12, withMasks: withMasks)
        let real = try #require(found.record.anomalous)
        #expect(real.images == 12)
        #expect(real.masked == (withMasks ? 12 : 0))
        let head = try #require(real.head)
        #expect(found.head?.certificate.labels == .anomalous)
        #expect((found.fusion.rule == .head) == (head.auroc >= real.declared.auroc))
        if withMasks {
            #expect(head.auroc > real.declared.auroc + 0.1)
            #expect(found.record.reason == .head)
        }
    }

    @Test func oneAnomalousImageCannotSpeakForAHead() throws {
        let found = Self.outcome(.jumpy, anomalous: 1)
        #expect(found.record.anomalous?.head == nil)
        #expect(found.fusion == ScoreFusion())
    }

    @Test func aPinnedFusionStaysDespiteRealDefects() {
        let found = Self.outcome(.jumpy, declared: ScoreFusion(isPinned: true), anomalous: 12)
        #expect(found.fusion.rule == .evidence)
    }

    @Test func aPinnedHeadIsTaken() throws {
        let found = Self.outcome(.jumpy, declared: ScoreFusion(rule: .head, isPinned: true))
        #expect(found.fusion.rule == .head)
        #expect(found.head != nil)
        #expect(found.scores.count == 60)
        // In units of normal positions, whose highest of 64 lies above the mean.
        #expect(found.scores.allSatisfy { $0 > 0 && $0 < 20 })
    }

    @Test func theScoresAreThoseOfTheChosenFusion() {
        let declared = ScoreFusion(rule: .mean, topShare: 0.1, isPinned: true)
        let folding = Folding(images: 9)
        var calibration = CrossFittedCalibration(folding: folding)
        for image in 0..<9 {
            let fold = folding.fold(of: image)
            let maps = World.plain.maps(seed: UInt64(image), isDefective: false)
            calibration.offer(folding.sets(for: fold).map { _ in maps }, fold: fold, image: image)
        }
        let found = FusionStudy(
            calibration: calibration,
            declared: declared,
            seed: 0,
            kernels: .best
        ).run()
        #expect(found.scores == calibration.scores(fusion: declared))
        #expect(found.head == nil)
        #expect(found.record.candidates.isEmpty)
    }

    @Test func mapsThatAreNotFiniteArePassedOver() {
        var calibration = CrossFittedCalibration(folding: Folding(images: 4))
        var maps = World.plain.maps(seed: 0, isDefective: true)
        maps[1].elements[3] = .nan
        calibration.offer(painted: maps, mask: Self.mask, fold: 0, image: 0)
        #expect(calibration.paintedCount == 0)
    }
}
