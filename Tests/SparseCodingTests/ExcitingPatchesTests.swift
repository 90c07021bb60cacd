import Patches
import SparseCoding
import Tensors
import Testing

@Suite struct ExcitingPatchesTests {
    private func patch(_ code: Float, _ level: Float = 0) -> ExcitingPatches.Patch {
        ExcitingPatches.Patch(
            code: code,
            picture: FeatureMap(height: 1, width: 1, channels: 1, repeating: level)
        )
    }

    @Test func keepsTheStrongestPatchesOfEachAtom() {
        var kept = ExcitingPatches(atoms: 2, capacity: 2)
        kept.offer([patch(1), nil])
        kept.offer([patch(3), patch(5)])
        kept.offer([patch(2), nil])
        #expect(kept.patches[0].map(\.code) == [3, 2])
        #expect(kept.patches[1].map(\.code) == [5])
    }

    @Test func keepsTheFirstOfEquallyStrongPatches() {
        var kept = ExcitingPatches(atoms: 1, capacity: 2)
        for level in [Float(1), 2, 3] { kept.offer([patch(1, level)]) }
        #expect(kept.patches[0].map { $0.picture.elements[0] } == [1, 2])
    }

    /// A layer of one atom that looks for a bright middle.
    private static let spot: LayerParameters = {
        var atom: [Float] = [0, 0, 0, 0, 1, 0, 0, 0, 0].map { $0 - 1 / 9 }
        return LayerParameters(
            configuration: LayerConfiguration(
                window: 3,
                stride: 1,
                contrast: nil,
                components: nil,
                atoms: 1,
                signed: false,
                pooling: 2
            ),
            inputChannels: 1,
            whitening: nil,
            dictionary: AtomDictionary(atoms: Matrix(rows: 1, columns: 9, filledWith: atom)),
            penalties: [0.1],
            rates: [1],
            density: 0.5,
            learningCurve: []
        )
    }()

    /// A layer of one atom that averages what it reads.
    private static let mean = LayerParameters(
        configuration: LayerConfiguration(
            window: 3,
            stride: 1,
            contrast: nil,
            components: nil,
            atoms: 1,
            signed: false
        ),
        inputChannels: 1,
        whitening: nil,
        dictionary: AtomDictionary(
            atoms: Matrix(rows: 1, columns: 9, filledWith: [Float](repeating: 1, count: 9))
        ),
        penalties: [0],
        rates: [1],
        density: 0.5,
        learningCurve: []
    )

    private static let decoder = HierarchyDecoder(
        configuration: EncoderConfiguration(
            name: "e",
            pixels: 256,
            layers: [spot.configuration, mean.configuration]
        ),
        layers: [spot, mean],
        kernels: .best
    )

    @Test(arguments: [(5, 9), (0, 0), (15, 15), (8, 0)])
    func findsThePlaceAndShowsAllThatTheCodeDependsOn(place: (row: Int, column: Int)) throws {
        var image = FeatureMap(height: 16, width: 16, channels: 1, repeating: 0.25)
        image[place.row, place.column, 0] = 1
        let found = Self.decoder.mostExciting(in: image, limit: 8)
        #expect(found.count == 2)
        let first = try #require(found[0][0])
        #expect((first.picture.height, first.picture.width) == (3, 3))
        #expect(first.picture[1, 1, 0] == 1)
        // A window of three pooled codes, each of two by two windows of three.
        let second = try #require(found[1][0])
        #expect((second.picture.height, second.picture.width) == (8, 8))
        #expect(second.picture.elements.contains(1))
    }

    @Test func findsNothingInAFlatImage() {
        let flat = FeatureMap(height: 16, width: 16, channels: 1, repeating: 0.25)
        #expect(Self.decoder.mostExciting(in: flat, limit: 8)[0] == [nil])
    }
}
