import Foundation
import ImageCodec
import SampleImages
import Testing

@Suite struct SampleSetTests {
    /// The files of seed 0, set by set, painted once for all tests.
    private static let painted = SampleSet.all.map { Array($0.files()) }

    private func painted(_ set: SampleSet) throws -> [SampleFile] {
        let index = try #require(SampleSet.all.firstIndex { $0.name == set.name })
        return Self.painted[index]
    }

    // MARK: Layout

    @Test func listsTheSetsInOrder() {
        #expect(
            SampleSet.all.map(\.name)
                == ["brushed-metal", "ceramic-tile", "circuit-pads", "woven-cloth"]
        )
    }

    @Test(arguments: SampleSet.all)
    func hasTheFoldersOfADataset(set: SampleSet) {
        let ending = set.format.pathExtension
        let numbers = (0..<24).map { "\(set.name)/train/good/\(padded($0)).\(ending)" }
        let tests = (0..<8).map { "\(set.name)/test/good/\(padded($0)).\(ending)" }
        #expect(Array(set.entries.map(\.path).prefix(32)) == numbers + tests)
        #expect(set.entries.prefix(32).allSatisfy { $0.defect == nil && $0.maskPath == nil })

        let flawed = set.entries.dropFirst(32)
        #expect(flawed.count == 8)
        #expect((2...4).contains(set.defectNames.count))
        for name in set.defectNames {
            let ofOneKind = flawed.filter { $0.defect == name }
            #expect(ofOneKind.count >= 2)
            for (index, entry) in ofOneKind.enumerated() {
                #expect(entry.path == "\(set.name)/test/\(name)/\(padded(index)).\(ending)")
                #expect(
                    entry.maskPath
                        == "\(set.name)/ground_truth/\(name)/\(padded(index))_mask.png"
                )
            }
        }
    }

    @Test(arguments: SampleSet.all)
    func filesFollowTheEntries(set: SampleSet) throws {
        var expected: [String] = []
        for entry in set.entries { expected += [entry.path, entry.maskPath].compactMap(\.self) }
        let files = try painted(set)
        #expect(files.map(\.path) == expected)
        #expect(files.filter(\.isMask).map(\.path) == set.entries.compactMap(\.maskPath))
        for file in files {
            #expect(file.format == (file.isMask ? .png : set.format))
            #expect(file.path.hasSuffix(".\(file.format.pathExtension)"))
        }
    }

    @Test func showsEveryKindOfFile() throws {
        var shapes: Set<[Int]> = []
        var colours: Set<Int> = []
        var endings: Set<String> = []
        for set in SampleSet.all {
            let entry = try #require(set.entries.first)
            let sound = set.pair(of: entry).sound
            shapes.insert([sound.width, sound.height])
            colours.insert(sound.channels)
            endings.insert("\(set.format.pathExtension) \(sound.channels)")
        }
        #expect(shapes.count == SampleSet.all.count)
        #expect(shapes.contains { $0[0] > $0[1] })
        #expect(shapes.contains { $0[0] < $0[1] })
        #expect(colours == [1, 3])
        #expect(endings == ["png 1", "png 3", "jpg 1", "jpg 3"])
    }

    // MARK: Pixels

    // The stored fingerprints change only when the pictures are changed on purpose: then
    // `sample-data` must be written again too. The new values are in the failure's message.
    @Test(arguments: SampleSet.all)
    func pixelsAreTheStoredOnes(set: SampleSet) throws {
        let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
        let golden = try String(
            contentsOf: folder.appendingPathComponent("fingerprints.txt"),
            encoding: .utf8
        )
        let lines = golden.split(separator: "\n")
        let fingerprint = fingerprint(try painted(set))
        #expect(lines.contains("\(set.name) \(fingerprint)"))
        #expect(lines.count == SampleSet.all.count)
    }

    @Test(arguments: SampleSet.all)
    func picturesDoNotDependOnEachOther(set: SampleSet) throws {
        let backwards = set.entries.reversed().prefix(10).map { set.files(of: $0) }
        #expect(Array(backwards.reversed().joined()) == Array(try painted(set).suffix(18)))
    }

    @Test(arguments: SampleSet.all)
    func picturesDiffer(set: SampleSet) {
        let paintings = set.entries.prefix(6).flatMap { entry in
            [0, 1].map { set.pair(of: entry, seed: $0).sound.levels }
        }
        #expect(Set(paintings).count == 12)
    }

    @Test(arguments: SampleSet.all)
    func normalPicturesUseTheLevelsWell(set: SampleSet) throws {
        for file in try painted(set).prefix(32) {
            let levels = file.image.levels
            let mean = levels.reduce(0) { $0 + Double($1) } / Double(levels.count)
            #expect((50...215).contains(mean), "\(file.path)")
            let saturated = levels.count { $0 == 0 || $0 == 255 }
            #expect(saturated * 100 < levels.count, "\(file.path)")
        }
    }

    @Test(arguments: SampleSet.all)
    func normalPicturesHaveNoFlaw(set: SampleSet) {
        for entry in set.entries.filter({ $0.defect == nil }).prefix(3) {
            #expect(set.pair(of: entry).flawed == nil)
            #expect(set.files(of: entry).count == 1)
        }
    }

    // MARK: Flaws

    @Test(arguments: SampleSet.all, 0..<2)
    func flawsAreVisibleAndTheMaskTellsWhere(set: SampleSet, seed: UInt64) throws {
        for entry in set.entries where entry.defect != nil {
            let pair = set.pair(of: entry, seed: seed)
            let flawed = try #require(pair.flawed)
            let files = set.files(of: entry, seed: seed)
            try #require(files.count == 2)
            #expect(files[0].image == flawed)
            let mask = files[1].image
            #expect(mask.width == flawed.width)
            #expect(mask.height == flawed.height)
            #expect(mask.channels == 1)
            #expect(mask.levels.allSatisfy { $0 == 0 || $0 == 255 })

            let changes = changes(from: pair.sound, to: flawed)
            let inside = mask.levels.indices.filter { mask.levels[$0] == 255 }
            #expect(inside.count >= 20, "\(entry.path)")
            #expect(inside.count * 10 <= mask.levels.count * 4, "\(entry.path)")
            let strongest = inside.map { changes[$0] }.max() ?? 0
            #expect(strongest >= 25, "\(entry.path)")
            // Beside the mask there are only specks, fewer than in any flaw.
            let outside = changes.indices.count {
                mask.levels[$0] == 0 && changes[$0] > FlawMask.visibleChange
            }
            #expect(outside <= 12, "\(entry.path)")
            // Closing adds little to what has changed.
            let unchanged = inside.count { changes[$0] <= FlawMask.visibleChange }
            #expect(unchanged * 3 <= inside.count, "\(entry.path)")
        }
    }

    // MARK: -

    private func padded(_ number: Int) -> String { number < 10 ? "00\(number)" : "0\(number)" }

    /// The largest change of a channel, pixel by pixel.
    private func changes(from sound: PixelImage, to flawed: PixelImage) -> [Int] {
        (0..<sound.width * sound.height).map { pixel in
            (pixel * sound.channels..<(pixel + 1) * sound.channels).reduce(0) { largest, index in
                max(largest, abs(Int(sound.levels[index]) - Int(flawed.levels[index])))
            }
        }
    }

    /// The FNV-1a hash of names, sizes and levels.
    private func fingerprint(_ files: some Sequence<SampleFile>) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        }
        for file in files {
            add(file.path.utf8)
            add([UInt8(file.image.width), UInt8(file.image.height), UInt8(file.image.channels)])
            add(file.image.levels)
        }
        return String(hash, radix: 16)
    }
}
