import Patches
import Tensors
import Testing

@Suite struct PatchProjectionTests {
    static let contrasts: [Float?] = [nil, 1e-3, 0.5]

    @Test(arguments: Kernels.available, MapShape.ragged)
    func equalsNormalisingThenProjecting(kernels: Kernels, shape: MapShape) {
        let map = shape.map(seed: 31, in: -0.5...1)
        for window in [1, 3, 7] {
            for stride in 1...3 {
                for (number, constant) in Self.contrasts.enumerated() {
                    let grid = PatchGrid(window: window, stride: stride)
                    let depth = grid.depth(channels: shape.channels)
                    let whitening = Self.whitening(
                        components: [1, 5, 16, 19][(number + window + stride) % 4],
                        depth: depth
                    )
                    let contrast = constant.map(ContrastNormalization.init(constant:))
                    let projection = PatchProjection(
                        grid: grid,
                        channels: shape.channels,
                        contrast: contrast,
                        whitening: whitening,
                        kernels: kernels
                    )
                    let found = projection.projectAll(map, kernels: kernels)
                    let wanted = Self.naive(map, grid, contrast, whitening)
                    let size = grid.size(height: shape.height, width: shape.width)
                    #expect(found.height == size.height && found.width == size.width)
                    #expect(found.channels == whitening.projection.rows)
                    let difference = largestDifference(found.elements, wanted)
                    #expect(difference < 1e-4, "window \(window), stride \(stride)")
                }
            }
        }
    }

    @Test("without whitening the windows are copied out and normalised", arguments: MapShape.ragged)
    func equalsNormalisingAlone(shape: MapShape) {
        let map = shape.map(seed: 34, in: -0.5...1)
        for (window, stride) in [(1, 1), (3, 2), (7, 3)] {
            for constant in Self.contrasts {
                let grid = PatchGrid(window: window, stride: stride)
                let depth = grid.depth(channels: shape.channels)
                let contrast = constant.map(ContrastNormalization.init(constant:))
                let projection = PatchProjection(
                    grid: grid,
                    channels: shape.channels,
                    contrast: contrast,
                    whitening: nil,
                    kernels: .best
                )
                var identity = Matrix(rows: depth, columns: depth)
                for index in 0..<depth { identity[index, index] = 1 }
                let nothing = Whitening(
                    mean: [Float](repeating: 0, count: depth),
                    projection: identity,
                    keptVariance: 1
                )
                let found = projection.projectAll(map, kernels: .best)
                #expect(projection.components == depth && found.channels == depth)
                let wanted = Self.naive(map, grid, contrast, nothing)
                #expect(largestDifference(found.elements, wanted) < 1e-4)
                // What is not normalised is copied bit by bit.
                guard contrast == nil else { continue }
                #expect(found.elements == wanted.map(Float.init))
            }
        }
    }

    @Test("one row at a time gives the same bits and the norms", arguments: Kernels.available)
    func projectsRows(kernels: Kernels) {
        let map = MapShape(9, 21, 3).map(seed: 32)
        let grid = PatchGrid(window: 3, stride: 2)
        let contrast = ContrastNormalization(constant: 1e-2)
        let whitening = Self.whitening(components: 7, depth: 27)
        let projection = PatchProjection(
            grid: grid,
            channels: 3,
            contrast: contrast,
            whitening: whitening,
            kernels: kernels
        )
        let padded = map.reflected(border: 1)
        let moments = PatchMoments(padded: padded, grid: grid, kernels: kernels)
        let whole = projection.projectAll(map, kernels: kernels)
        #expect(projection.components == 7)
        for row in 0..<whole.height {
            var line = [Float](repeating: .nan, count: whole.width * 7)
            var norms = [Float](repeating: .nan, count: whole.width)
            unsafe line.withUnsafeMutableBufferPointer { line in
                unsafe norms.withUnsafeMutableBufferPointer { norms in
                    guard let line = line.baseAddress, let norms = norms.baseAddress else { return }
                    unsafe projection.project(
                        row: row,
                        of: padded,
                        moments: moments,
                        kernels: kernels,
                        into: line,
                        norms: norms
                    )
                }
            }
            #expect(line == Array(whole.elements[row * line.count..<(row + 1) * line.count]))
            let wanted = (0..<whole.width).map { x in
                line[x * 7..<x * 7 + 7].reduce(0) { $0 + Double($1) * Double($1) }
            }
            #expect(largestDifference(norms, wanted) < 1e-4)
        }
    }

    @Test func ignoresTheMeanOfANormalisedPatch() {
        let map = MapShape(8, 8, 3).map(seed: 33)
        var brighter = map
        for index in brighter.elements.indices { brighter.elements[index] += 2 }
        let projection = PatchProjection(
            grid: PatchGrid(window: 5, stride: 1),
            channels: 3,
            contrast: ContrastNormalization(constant: 0.1),
            whitening: Self.whitening(components: 6, depth: 75),
            kernels: .best
        )
        let found = projection.projectAll(brighter, kernels: .best)
        let wanted = projection.projectAll(map, kernels: .best).elements.map(Double.init)
        #expect(largestDifference(found.elements, wanted) < 1e-4)
    }

    /// Rows of norm about 1, and a mean.
    private static func whitening(components: Int, depth: Int) -> Whitening {
        var projection = randomMatrix(rows: components, columns: depth, seed: 34)
        let share = 1 / Float(depth).squareRoot()
        for index in projection.elements.indices { projection.elements[index] *= share }
        let mean = randomMatrix(rows: 1, columns: depth, seed: 35).elements
        return Whitening(mean: mean, projection: projection, keptVariance: 1)
    }

    private static func naive(
        _ map: FeatureMap,
        _ grid: PatchGrid,
        _ contrast: ContrastNormalization?,
        _ whitening: Whitening
    ) -> [Double] {
        var result: [Double] = []
        for y in stride(from: 0, to: map.height, by: grid.stride) {
            for x in stride(from: 0, to: map.width, by: grid.stride) {
                var patch = ReferenceKernels.patch(of: map, row: y, column: x, window: grid.window)
                if let contrast {
                    let (mean, variance) = ReferenceKernels.moments(patch)
                    let root = (variance + Double(contrast.constant)).squareRoot()
                    patch = patch.map { ($0 - mean) / root }
                }
                for row in 0..<whitening.projection.rows {
                    var sum = 0.0
                    for (column, value) in patch.enumerated() {
                        let centred = value - Double(whitening.mean[column])
                        sum += Double(whitening.projection[row, column]) * centred
                    }
                    result.append(sum)
                }
            }
        }
        return result
    }
}
