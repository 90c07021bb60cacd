import Patches
import SparseCoding
import Tensors
import Testing

@Suite struct AtomPicturesTests {
    private static let layers: [LayerDecoder] = [
        (
            LayerConfiguration(
                window: 3,
                stride: 2,
                contrast: 1e-2,
                components: 5,
                atoms: 4,
                pooling: 2
            ), 3
        ),
        (LayerConfiguration(window: 3, stride: 1, contrast: nil, components: 6, atoms: 7), 8),
        (
            LayerConfiguration(
                window: 1,
                stride: 1,
                contrast: nil,
                components: nil,
                atoms: 2,
                signed: false
            ), 14
        ),
    ].enumerated().map { index, layer in
        LayerDecoder(
            parameters: randomParameters(
                layer.0,
                inputChannels: layer.1,
                seed: 340 + UInt64(index)
            ),
            kernels: .best
        )
    }

    @Test func showsAtomsOfTheFirstLayerAsPatches() {
        let pictures = AtomPictures.project(Self.layers, kernels: .best)[0]
        #expect((pictures.side, pictures.channels, pictures.count) == (3, 3, 4))
        #expect(
            largestDifference(
                pictures.elements.elements,
                Self.layers[0].atomPatches.elements.map(Double.init)
            ) < 1e-6
        )
    }

    @Test func superposesThePicturesOfLowerAtoms() {
        let pictures = AtomPictures.project(Self.layers, kernels: .best)
        let (first, second) = (pictures[0], pictures[1])
        // Two places of the first layer's codes are four pixels apart; each stands for two by two windows, two pixels apart.
        #expect(second.side == 2 * 4 + 2 + 3)
        for atom in 0..<second.count {
            var wanted = [Double](repeating: 0, count: second.side * second.side * 3)
            for place in 0..<9 {
                for channel in 0..<8 {
                    let weight = Self.layers[1].atomPatches[atom, place * 8 + channel]
                    let lower = first.picture(channel % 4)
                    for pooled in 0..<4 {
                        let top = place / 3 * 4 + pooled / 2 * 2
                        let left = place % 3 * 4 + pooled % 2 * 2
                        for index in lower.elements.indices {
                            let (y, x) = (index / 9, index / 3 % 3)
                            let target = ((top + y) * second.side + left + x) * 3 + index % 3
                            let sign: Double = channel < 4 ? 1 : -1
                            wanted[target] +=
                                sign * Double(weight) * Double(lower.elements[index]) / 4
                        }
                    }
                }
            }
            #expect(largestDifference(second.picture(atom).elements, wanted) < 1e-4)
        }
    }

    @Test func goesDownThroughAnyDepth() {
        let pictures = AtomPictures.project(Self.layers, kernels: .best)
        #expect(pictures[2].side == pictures[1].side)
        for atom in 0..<2 {
            var wanted = [Double](repeating: 0, count: pictures[1].elements.columns)
            for channel in 0..<14 {
                let weight = Double(Self.layers[2].atomPatches[atom, channel])
                for (index, value) in pictures[1].picture(channel % 7).elements.enumerated() {
                    wanted[index] += (channel < 7 ? weight : -weight) * Double(value)
                }
            }
            #expect(largestDifference(pictures[2].picture(atom).elements, wanted) < 1e-4)
        }
        #expect(AtomPictures.project([], kernels: .best).isEmpty)
    }

    @Test("pictures end where a layer's would hold too many numbers", arguments: [0, 1, 2, 3])
    func endsAtTheLimit(layers: Int) {
        let all = AtomPictures.project(Self.layers, kernels: .best)
        #expect(all.count == 3)
        // The most numbers of the atoms of one layer, or of the outputs below it.
        let sizes = all.map(\.elements.elements.count)
        let outputs = 8 * 5 * 5 * 3
        let limit =
            switch layers {
            case 0: sizes[0] - 1
            case 1: max(sizes[1], outputs) - 1
            case 2: 14 * 13 * 13 * 3 - 1
            default: 14 * 13 * 13 * 3
            }
        let some = AtomPictures.project(Self.layers, limit: limit, kernels: .best)
        #expect(some.map(\.elements) == all.prefix(layers).map(\.elements))
    }

    @Test("layers of stride 64 over each other, which leave one place, are drawn all the same")
    func survivesHugeDistances() {
        let layers = (0..<12).map { place in
            LayerDecoder(
                parameters: randomParameters(
                    LayerConfiguration(
                        window: 1,
                        stride: 64,
                        contrast: nil,
                        components: nil,
                        atoms: 2,
                        signed: false
                    ),
                    inputChannels: place == 0 ? 1 : 2,
                    seed: 350 + UInt64(place)
                ),
                kernels: .best
            )
        }
        let pictures = AtomPictures.project(layers, kernels: .best)
        #expect(pictures.count == 12)
        #expect(pictures.allSatisfy { $0.side == 1 })
    }
}
