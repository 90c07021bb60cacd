import SyntheticDefects
import Tensors
import Testing

@Suite struct DefectPainterTests {
    private static let seeds: Range<UInt64> = 0..<60

    private func painter(_ kind: DefectKind) -> DefectPainter {
        DefectPainter(configuration: DefectConfiguration(kinds: [kind], count: 1...1))
    }

    @Test(arguments: DefectKind.allCases, [1, 3])
    func changesNothingOutsideTheMask(kind: DefectKind, channels: Int) {
        let image = Pictures.textured(channels: channels)
        let source = Pictures.textured(channels: channels, seed: 2)
        for seed in Self.seeds {
            let painted = painter(kind).paint(on: image, source: source, seed: seed)
            #expect(painted.isSound(on: image), "seed \(seed)")
            #expect(painted.defects.count == 1)
        }
    }

    @Test(arguments: DefectKind.allCases)
    func changesMostOfTheMaskVisibly(kind: DefectKind) {
        let image = Pictures.textured(channels: 3)
        for seed in Self.seeds {
            let painted = painter(kind).paint(on: image, seed: seed)
            var marked = 0
            var changed = 0
            for place in painted.mask.elements.indices where painted.mask.elements[place] == 1 {
                marked += 1
                let changes = (3 * place..<3 * place + 3).map {
                    (painted.image.elements[$0] - image.elements[$0]).magnitude
                }
                if changes.contains(where: { $0 > 2 / 255 }) { changed += 1 }
            }
            // Gaps that changed pixels surround are marked too; there are few.
            #expect(Double(changed) >= 0.6 * Double(marked), "seed \(seed)")
        }
    }

    @Test(arguments: DefectKind.allCases)
    func staysWithinTheDeclaredAreas(kind: DefectKind) {
        let image = Pictures.textured(height: 128, width: 128, channels: 3)
        let areas = 0.001...0.05
        let painter = DefectPainter(
            configuration: DefectConfiguration(kinds: [kind], count: 1...1, area: areas)
        )
        let measured = (0..<150).map { painter.paint(on: image, seed: $0).defects[0].area }
        // A defect counts as shown when 0.3 of its pixels are; its rim may add an eighth, and gaps count.
        #expect(measured.allSatisfy { $0 >= 0.3 * areas.lowerBound })
        #expect(measured.allSatisfy { $0 <= 1.3 * areas.upperBound + 8 / 16_384 })
        #expect(measured.contains { $0 < 0.003 })
        #expect(measured.contains { $0 > 0.02 })
    }

    @Test func drawsSmallAndLargeAreasAlike() {
        let image = Pictures.textured(height: 256, width: 256)
        let painter = DefectPainter(
            configuration: DefectConfiguration(kinds: [.intensityShift, .blob], count: 1...1)
        )
        let areas = (0..<300).map { painter.paint(on: image, seed: $0).defects[0].area }
        // A third of the logarithmic range each: 0.01 %, 0.11 %, 1.3 %, 15 %.
        for part in [0..<0.00114, 0.00114..<0.0131, 0.0131..<1] {
            #expect((60...140).contains(areas.count { part.contains($0) }), "\(part)")
        }
    }

    @Test(arguments: [DefectKind.blob, .intensityShift, .noise, .scratch])
    func coversTheDeclaredContrasts(kind: DefectKind) {
        // Flat enough that the largest change does not bound the contrast.
        var image = Pictures.textured(height: 128, width: 128)
        image.elements = image.elements.map { 0.5 + 0.25 * ($0 - 0.5) }
        let painter = painter(kind)
        let contrasts = (0..<200).map { painter.paint(on: image, seed: $0).defects[0].contrast }
        #expect(contrasts.contains { $0 < 0.8 })
        #expect(contrasts.count { (1...4).contains($0) } > 40)
        #expect(contrasts.count { $0 > 8 } > 10)
        #expect(contrasts.allSatisfy { $0 < 25 })
    }

    @Test func boundsTheChangeWhereTheSpreadIsLarge() {
        let image = Pictures.textured(seed: 5)
        let configuration = DefectConfiguration(
            kinds: [.intensityShift],
            count: 1...1,
            area: 0.01...0.02,
            contrast: 50...100,
            largestChange: 0.1
        )
        let painter = DefectPainter(configuration: configuration)
        for seed in Self.seeds {
            #expect(painter.paint(on: image, seed: seed).defects[0].change < 0.2)
        }
    }

    @Test(arguments: [1, 3])
    func sameSeedGivesTheSameBytes(channels: Int) async {
        let image = Pictures.textured(channels: channels)
        let source = Pictures.textured(channels: channels, seed: 2)
        let painter = DefectPainter()
        let alone = (0..<40).map { painter.paint(on: image, source: source, seed: UInt64($0)) }
        let together = await withTaskGroup(of: (Int, DefectiveImage).self) { group in
            for seed in 0..<40 {
                group.addTask {
                    (seed, painter.paint(on: image, source: source, seed: UInt64(seed)))
                }
            }
            var results = [DefectiveImage?](repeating: nil, count: 40)
            for await (seed, result) in group { results[seed] = result }
            return results
        }
        #expect(together == alone)
        for (one, next) in zip(alone, alone.dropFirst()) { #expect(one.image != next.image) }
    }

    @Test(arguments: [Float(0), 0.3, 1], [1, 3])
    func endsWithADefectOnAConstantPicture(level: Float, channels: Int) {
        let image = Pictures.constant(level, channels: channels)
        for kind in DefectKind.allCases {
            for seed in 0..<10 as Range<UInt64> {
                let painted = painter(kind).paint(on: image, seed: seed)
                #expect(painted.isSound(on: image), "\(kind) \(seed)")
                #expect(painted.defects[0].change > 2 / 255)
            }
        }
    }

    @Test(arguments: [(8, 8), (1, 1), (1, 40), (3, 3), (6, 900), (900, 6), (2, 300)], [1, 3])
    func paintsPicturesOfAnyShape(size: (height: Int, width: Int), channels: Int) {
        let image = Pictures.textured(height: size.height, width: size.width, channels: channels)
        for kind in DefectKind.allCases {
            for seed in 0..<8 as Range<UInt64> {
                let painted = painter(kind).paint(on: image, seed: seed)
                #expect(painted.isSound(on: image), "\(kind) \(seed)")
            }
        }
    }

    @Test func takesTextureFromPicturesOfOtherSizesAndChannels() {
        let painter = DefectPainter(
            configuration: DefectConfiguration(kinds: [.pastedPatch])
        )
        for (channels, others) in [(1, 3), (3, 1)] {
            let image = Pictures.textured(channels: channels)
            let small = Pictures.textured(height: 9, width: 31, channels: others, seed: 4)
            for seed in Self.seeds {
                let painted = painter.paint(on: image, source: small, seed: seed)
                #expect(painted.isSound(on: image))
                #expect(painted != painter.paint(on: image, seed: seed))
            }
        }
    }

    @Test func allKindsAndCountsOccurAlike() {
        let image = Pictures.textured(height: 64, width: 64, channels: 3)
        let painter = DefectPainter()
        let painted = (0..<900).map { painter.paint(on: image, seed: $0) }
        for count in 1...3 {
            // 300 expected, standard deviation 14.
            #expect((230...370).contains(painted.count { $0.defects.count == count }))
        }
        let defects = painted.flatMap(\.defects)
        for kind in DefectKind.allCases {
            // About 150 expected; kinds that did not show became others.
            let number = defects.count { $0.kind == kind }
            #expect((50...260).contains(number), "\(kind): \(number)")
        }
    }

    @Test func paintsOnlyTheKindsDeclared() {
        let image = Pictures.textured(channels: 3)
        let painter = DefectPainter(
            configuration: DefectConfiguration(kinds: [.stain, .smear], count: 2...2)
        )
        let kinds = (0..<100).flatMap { painter.paint(on: image, seed: $0).defects.map(\.kind) }
        #expect(Set(kinds) == [.stain, .smear])
        #expect(kinds.count == 200)
    }

    @Test func coloursHaveNoPlaceInGreyPictures() {
        let image = Pictures.textured()
        let painter = painter(.colourShift)
        let kinds = (0..<10).map { painter.paint(on: image, seed: $0).defects[0].kind }
        #expect(kinds.allSatisfy { $0 == .intensityShift })
    }

    @Test func defectsLieEverywhere() {
        let image = Pictures.textured(height: 60, width: 60)
        let painter = DefectPainter(configuration: DefectConfiguration(area: 0.001...0.01))
        var hits = [Float](repeating: 0, count: 9)
        for seed in 0..<400 as Range<UInt64> {
            let mask = painter.paint(on: image, seed: seed).mask
            for row in 0..<60 {
                for column in 0..<60 { hits[row / 20 * 3 + column / 20] += mask[row, column] }
            }
        }
        let mean = hits.reduce(0, +) / 9
        #expect(hits.allSatisfy { $0 > 0.4 * mean && $0 < 2 * mean }, "\(hits)")
    }
}
