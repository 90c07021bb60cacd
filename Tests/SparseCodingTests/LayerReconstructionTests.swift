import Patches
import SparseCoding
import Tensors
import Testing

@Suite struct LayerReconstructionTests {
    /// What the layer says of itself, window by window in double precision.
    private static func reference(
        _ parameters: LayerParameters,
        _ map: FeatureMap
    ) -> [Double] {
        let (grid, channels) = (parameters.grid, map.channels)
        let layer = ReferenceLayer(parameters: parameters)
        let inverse = parameters.whitening?.inverse(kernels: .best)
        let isThinned = grid.window / 2 >= 2 * grid.stride - 1
        var sums = [Double](repeating: 0, count: map.elements.count)
        var counts = sums
        for (row, y) in stride(from: 0, to: map.height, by: grid.stride).enumerated() {
            for (column, x) in stride(from: 0, to: map.width, by: grid.stride).enumerated() {
                if isThinned, (row + column) % 2 == 1 { continue }
                let patch = ReferenceKernels.patch(
                    of: map,
                    row: y,
                    column: x,
                    window: grid.window
                )
                let decoded = decoded(patch, layer, inverse: inverse)
                for (index, value) in decoded.enumerated() {
                    let place = index / channels
                    let top = y - grid.border + place / grid.window
                    let left = x - grid.border + place % grid.window
                    guard (0..<map.height).contains(top), (0..<map.width).contains(left) else {
                        continue
                    }
                    let target = (top * map.width + left) * channels + index % channels
                    sums[target] += value
                    counts[target] += 1
                }
            }
        }
        return zip(sums, counts).map { $0 / $1 }
    }

    private static func decoded(
        _ patch: [Double],
        _ layer: ReferenceLayer,
        inverse: Matrix?
    ) -> [Double] {
        let parameters = layer.parameters
        let whitened = layer.whitened(patch)
        let (count, atoms) = (parameters.dictionary.count, parameters.dictionary.atoms)
        let shrunk = ReferenceKernels.shrink(
            layer.responses(whitened),
            penalties: parameters.penalties.map(Double.init),
            signed: parameters.configuration.signed
        )
        let codes = (0..<count).map { atom in
            shrunk[atom] - (parameters.configuration.signed ? shrunk[count + atom] : 0)
        }
        var result = whitened.indices.map { component in
            codes.indices.reduce(0) { $0 + codes[$1] * Double(atoms[$1, component]) }
        }
        let own = result.reduce(0) { $0 + $1 * $1 }
        let common = zip(result, whitened).reduce(0) { $0 + $1.0 * $1.1 }
        let gain = own > 0 ? common / own : 1
        if let inverse, let mean = parameters.whitening?.mean {
            result = mean.indices.map { column in
                whitened.indices.reduce(Double(mean[column])) {
                    $0 + gain * result[$1] * Double(inverse[$1, column])
                }
            }
        } else {
            result = result.map { gain * $0 }
        }
        guard let constant = parameters.configuration.contrast else { return result }
        let (mean, variance) = ReferenceKernels.moments(patch)
        return result.map { $0 * (variance + Double(constant)).squareRoot() + mean }
    }

    @Test(
        "agrees with the layer's description, with and without every second window",
        arguments: [(3, 1), (3, 2), (5, 2), (7, 2)],
        [nil, 0.05] as [Float?]
    )
    func agreesWithTheReference(grid: (window: Int, stride: Int), contrast: Float?) throws {
        for (signed, components) in [(true, 9), (false, 9), (true, nil)] as [(Bool, Int?)] {
            let configuration = LayerConfiguration(
                window: grid.window,
                stride: grid.stride,
                contrast: contrast,
                components: components,
                atoms: 13,
                signed: signed
            )
            let parameters = randomParameters(configuration, inputChannels: 3, seed: 401)
            let map = randomMap(height: 15, width: 18, channels: 3, seed: 402)
            let wanted = Self.reference(parameters, map)
            let size = wanted.reduce(1) { max($0, abs($1)) }
            for kernels in Kernels.available {
                let layer = LayerReconstruction(parameters: parameters, kernels: kernels)
                let found = try #require(layer).reconstruct(map)
                #expect((found.height, found.width, found.channels) == (15, 18, 3))
                #expect(largestDifference(found.elements, wanted) < 1e-4 * size, "\(kernels)")
            }
        }
    }

    @Test(
        "lossless codes, decoded, are the map, whatever its size",
        arguments: [(1, 1), (1, 7), (8, 1), (2, 2), (13, 10)],
        [nil, 1e-2] as [Float?]
    )
    func reconstructs(size: (height: Int, width: Int), contrast: Float?) throws {
        let map = randomMap(height: size.height, width: size.width, channels: 1, seed: 403)
        for grid in [(1, 1), (3, 1), (3, 2), (5, 1), (7, 2)] {
            let parameters = LayerDecoderTests.lossless(
                window: grid.0,
                stride: grid.1,
                channels: 1,
                contrast: contrast,
                seed: 404
            )
            let layer = LayerReconstruction(parameters: parameters, kernels: .best)
            let found = try #require(layer).reconstruct(map)
            #expect(largestDifference(found.elements, map.elements.map(Double.init)) < 1e-4)
        }
    }

    @Test func placesUnderNoWindowAreAsThoseBefore() throws {
        let parameters = LayerDecoderTests.lossless(window: 1, stride: 3, channels: 2, seed: 405)
        let map = randomMap(height: 5, width: 8, channels: 2, seed: 406)
        let layer = LayerReconstruction(parameters: parameters, kernels: .best)
        let found = try #require(layer).reconstruct(map)
        for y in 0..<5 {
            for x in 0..<8 {
                for channel in 0..<2 {
                    let wanted = map[y / 3 * 3, x / 3 * 3, channel]
                    #expect(abs(found[y, x, channel] - wanted) < 1e-5)
                }
            }
        }
    }

    @Test func isOnlyForThresholding() {
        let parameters = LayerDecoderTests.lossless(
            window: 3,
            stride: 1,
            channels: 1,
            inference: .fista(iterations: 5),
            seed: 407
        )
        #expect(LayerReconstruction(parameters: parameters, kernels: .best) == nil)
    }
}
