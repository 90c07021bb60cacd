import SparseCoding
import Tensors
import Testing

@Suite struct AtomActivityTests {
    private static let configuration = LayerConfiguration(
        window: 1,
        stride: 1,
        contrast: nil,
        components: nil,
        atoms: 3
    )

    private static func parameters(rates: [Float]) -> LayerParameters {
        LayerParameters(
            configuration: configuration,
            inputChannels: 3,
            whitening: nil,
            dictionary: AtomDictionary(atoms: orthonormalRows(3, of: 3, seed: 1)),
            penalties: [0, 0, 0],
            rates: rates,
            density: 0.5,
            learningCurve: []
        )
    }

    /// Two places: plus codes of three atoms, then minus codes.
    private static let codes = FeatureMap(
        height: 1,
        width: 2,
        channels: 6,
        filledWith: [
            2, 0, 0, 0, 1, 0,
            0, 0, 0, 0, 3, 0,
        ]
    )

    @Test func ordersAtomsByTheirMeanInUnitsOfThePriors() {
        let found = AtomActivity.strongest(
            5,
            in: Self.codes,
            rows: 0..<1,
            columns: 0..<2,
            of: Self.parameters(rates: [4, 1, 1])
        )
        // Means 1 and 2 where 1/4 and 1 are usual; the third atom is not active.
        #expect(found.map(\.atom) == [0, 1])
        #expect(found.map(\.sign) == [1, -1])
        #expect(found.map(\.mean) == [1, 2])
        #expect(found.map(\.usual) == [0.25, 1])
        #expect(found.map(\.ratio) == [4, 2])
    }

    @Test func looksAtTheWantedWindowsAlone() {
        let found = AtomActivity.strongest(
            1,
            in: Self.codes,
            rows: 0..<1,
            columns: 1..<2,
            of: Self.parameters(rates: [4, 1, 1])
        )
        #expect(found.map(\.atom) == [1])
        #expect(found.map(\.mean) == [3])
    }

    @Test func takesTheFirstOfEqualAtomsFirst() {
        let codes = FeatureMap(
            height: 1,
            width: 1,
            channels: 6,
            filledWith: [1, 1, 1, 0, 0, 0]
        )
        let found = AtomActivity.strongest(
            2,
            in: codes,
            rows: 0..<1,
            columns: 0..<1,
            of: Self.parameters(rates: [1, 2, 2])
        )
        #expect(found.map(\.atom) == [1, 2])
    }
}
