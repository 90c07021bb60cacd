import SyntheticDefects
import Tensors
import Testing

@Suite struct CoherenceTests {
    private static let moving: [DefectKind] = [.pastedPatch, .turnedTexture]

    /// Independent grain about one level: wherever it is moved, nobody sees it.
    private func grain(seed: UInt64) -> FeatureMap {
        var generator = SeededGenerator(seed: seed)
        var image = FeatureMap(height: 96, width: 96, channels: 1)
        for index in image.elements.indices {
            image.elements[index] = 0.5 + 0.05 * Float(generator.nextNormal())
        }
        image.elements = image.elements.map { min(max($0, 0), 1) }
        return image
    }

    private func share(of kind: DefectKind, on image: FeatureMap, source: FeatureMap) -> Double {
        let configuration = DefectConfiguration(kinds: [kind], count: 1...1, area: 0.01...0.1)
        let painter = DefectPainter(configuration: configuration)
        let kinds = (0..<60).map {
            painter.paint(on: image, source: source, seed: $0).defects[0].kind
        }
        return Double(kinds.count { $0 == kind }) / 60
    }

    @Test(arguments: moving)
    func grainInPlaceOfGrainIsNoDefect(kind: DefectKind) {
        #expect(share(of: kind, on: grain(seed: 1), source: grain(seed: 2)) < 0.6)
    }

    @Test(arguments: moving)
    func structureInPlaceOfStructureIsOne(kind: DefectKind) {
        let image = Pictures.textured(height: 96, width: 96)
        let source = Pictures.textured(height: 96, width: 96, seed: 2)
        #expect(share(of: kind, on: image, source: source) > 0.9)
    }
}
