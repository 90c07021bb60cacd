internal import Patches
public import Tensors

/// What the codes of a layer keep of a map: coding and decoding in one pass, for pictures.
///
/// Codes and gains are those of ``Layer`` and ``LayerDecoder``, but no map of them is held. Where windows overlap enough,
/// every second one is left out, like the black squares of a chessboard.
public struct LayerReconstruction: Sendable {
    /// What the layer has learned.
    public let parameters: LayerParameters
    private let kernels: Kernels
    /// From patches to responses, shape `[depth, atoms]`.
    private let analysis: PackedMatrix
    /// What is taken off each response: for each unit of the patch's mean, and always; shapes `[atoms]`.
    private let meanResponses: [Float]
    private let offsets: [Float]
    /// Responses from here to the penalty leave no code, shape `[atoms]`.
    private let floors: [Float]
    /// From codes to whitened patches, shape `[atoms, components]`.
    private let dictionary: PackedMatrix
    /// From whitened patches, the mean patch's factor and the patch's mean to patches, shape `[components + 2, depth]`.
    private let synthesis: PackedMatrix

    /// Prepares a layer for one set of kernels; nil when its codes are not found by thresholding.
    public init?(parameters: LayerParameters, kernels: Kernels) {
        guard parameters.configuration.inference == .thresholding else { return nil }
        self.parameters = parameters
        self.kernels = kernels
        let depth = parameters.grid.depth(channels: parameters.inputChannels)
        let atoms = parameters.dictionary.atoms
        let whitening = parameters.whitening
        let filters = whitening.map { kernels.multiply(atoms, $0.projection) } ?? atoms
        let mean = whitening?.mean ?? [Float](repeating: 0, count: depth)
        analysis = kernels.pack(filters.transposed)
        meanResponses = (0..<atoms.rows).map { filters.row($0).reduce(0, +) }
        offsets = (0..<atoms.rows).map { atom in
            zip(filters.row(atom), mean).reduce(0) { $0 + $1.0 * $1.1 }
        }
        floors = parameters.penalties.map { parameters.configuration.signed ? -$0 : -.infinity }
        dictionary = kernels.pack(atoms)
        let inverse = whitening?.inverse(kernels: kernels) ?? Self.identity(depth)
        let ones = [Float](repeating: 1, count: depth)
        synthesis = kernels.pack(
            Matrix(
                rows: inverse.rows + 2,
                columns: depth,
                filledWith: inverse.elements + mean + ones
            )
        )
    }

    /// Codes a map and decodes the codes.
    ///
    /// - Parameter map: Shape `[height, width, parameters.inputChannels]`.
    /// - Returns: The mean of the decoded patches at each place, the same shape; places under no window are as those before them.
    /// - Complexity: `atoms * (depth + components) + components * depth` multiply-adds for each decoded patch.
    public func reconstruct(_ map: FeatureMap) -> FeatureMap {
        precondition(map.channels == parameters.inputChannels, "the map has other channels")
        let layout = ReconstructionLayout(
            grid: parameters.grid,
            height: map.height,
            width: map.width
        )
        let padded = map.reflected(border: layout.grid.border)
        let moments = parameters.contrast.map { _ in
            PatchMoments(padded: padded, grid: layout.grid, kernels: kernels)
        }
        var sums = FeatureMap(height: padded.height, width: padded.width, channels: map.channels)
        let atoms = analysis.columns
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: layout.columns * (2 * atoms + synthesis.depth + synthesis.columns)
        ) { scratch in
            unsafe padded.elements.withUnsafeBufferPointer { source in
                unsafe sums.elements.withUnsafeMutableBufferPointer { sums in
                    guard let scratch = scratch.baseAddress, let source = source.baseAddress,
                        let sums = sums.baseAddress
                    else { return }
                    for row in 0..<layout.rows {
                        let places = layout.places(ofRow: row)
                        guard let first = places.first else { continue }
                        let stride = layout.grid.stride * map.channels
                        let start = row * layout.grid.stride * padded.width * map.channels
                        let line = Line(
                            count: places.count,
                            start: start + first * stride,
                            step: places.stride * stride,
                            rowLength: padded.width * map.channels,
                            runLength: layout.grid.window * map.channels
                        )
                        let codes = unsafe scratch + line.count * atoms
                        let patches = unsafe codes + line.count * atoms
                        let decoded = unsafe patches + line.count * synthesis.depth
                        unsafe respond(to: line, of: source, into: scratch)
                        for (index, column) in places.enumerated() {
                            let (scale, mean) = contrast(row * layout.columns + column, moments)
                            unsafe threshold(
                                scratch + index * atoms,
                                scale: scale,
                                mean: mean,
                                into: codes + index * atoms
                            )
                        }
                        // With room for the two numbers more that the synthesis reads.
                        unsafe product(
                            codes,
                            count: line.count,
                            dictionary,
                            into: patches,
                            outStride: synthesis.depth
                        )
                        for (index, column) in places.enumerated() {
                            let (scale, mean) = contrast(row * layout.columns + column, moments)
                            unsafe adjust(
                                patches + index * synthesis.depth,
                                codes: codes + index * atoms,
                                responses: scratch + index * atoms,
                                scale: scale,
                                mean: mean
                            )
                        }
                        unsafe product(
                            patches,
                            count: line.count,
                            synthesis,
                            into: decoded,
                            outStride: synthesis.columns
                        )
                        unsafe add(decoded, of: line, to: sums)
                    }
                }
            }
        }
        return layout.means(of: sums)
    }
}

extension LayerReconstruction {
    /// Where the patches of a row of windows lie in a padded map: in numbers.
    private struct Line {
        let count: Int
        let start: Int
        /// From one patch to the next.
        let step: Int
        let rowLength: Int
        /// Of a row of a patch.
        let runLength: Int
    }

    /// What a window is multiplied by after its mean was taken off.
    private func contrast(
        _ window: Int,
        _ moments: PatchMoments?
    ) -> (scale: Float, mean: Float) {
        guard let contrast = parameters.contrast, let moments else { return (1, 0) }
        return (contrast.scale(variance: moments.variances[window]), moments.means[window])
    }

    private func respond(
        to line: Line,
        of source: UnsafePointer<Float>,
        into responses: UnsafeMutablePointer<Float>
    ) {
        unsafe kernels.product(
            Kernels.Left(
                source + line.start,
                rows: line.count,
                stride: line.step,
                runs: parameters.grid.window,
                runStride: line.rowLength,
                length: line.runLength
            ),
            analysis,
            into: responses,
            outStride: analysis.columns
        )
    }

    private func product(
        _ rows: UnsafePointer<Float>,
        count: Int,
        _ right: PackedMatrix,
        into out: UnsafeMutablePointer<Float>,
        outStride: Int
    ) {
        unsafe kernels.product(
            Kernels.Left(rows, rows: count, stride: right.depth, length: right.depth),
            right,
            into: out,
            outStride: outStride
        )
    }

    /// Brings the responses to a patch to those to the normalised patch, and takes the penalties off.
    private func threshold(
        _ responses: UnsafeMutablePointer<Float>,
        scale: Float,
        mean: Float,
        into codes: UnsafeMutablePointer<Float>
    ) {
        unsafe meanResponses.withUnsafeBufferPointer { meanResponses in
            unsafe offsets.withUnsafeBufferPointer { offsets in
                unsafe floors.withUnsafeBufferPointer { floors in
                    unsafe parameters.penalties.withUnsafeBufferPointer { penalties in
                        for atom in 0..<analysis.columns {
                            let response =
                                unsafe (responses[atom] - mean * meanResponses[atom]) * scale
                                - offsets[atom]
                            unsafe responses[atom] = response
                            unsafe codes[atom] =
                                response - min(max(response, floors[atom]), penalties[atom])
                        }
                    }
                }
            }
        }
    }

    /// Brings a whitened patch to its gain and contrast, see ``LayerDecoder/gains(of:)``.
    private func adjust(
        _ patch: UnsafeMutablePointer<Float>,
        codes: UnsafePointer<Float>,
        responses: UnsafePointer<Float>,
        scale: Float,
        mean: Float
    ) {
        let components = dictionary.columns
        // What the patch has in common with what its codes stand for: each code times its response.
        let common = unsafe kernels.dot(codes, responses, count: analysis.columns)
        let own = unsafe kernels.dot(patch, patch, count: components)
        // Codes that cancel out stand for nothing, whatever the factor.
        let gain = (own > 1e-6 * common ? common / own : 1) / scale
        for component in 0..<components { unsafe patch[component] *= gain }
        unsafe patch[components] = 1 / scale
        unsafe patch[components + 1] = mean
    }

    private func add(
        _ patches: UnsafePointer<Float>,
        of line: Line,
        to sums: UnsafeMutablePointer<Float>
    ) {
        var patch = unsafe patches
        for index in 0..<line.count {
            for row in 0..<parameters.grid.window {
                unsafe kernels.addScaled(
                    1,
                    patch,
                    to: sums + line.start + index * line.step + row * line.rowLength,
                    count: line.runLength
                )
                unsafe patch += line.runLength
            }
        }
    }

    private static func identity(_ count: Int) -> Matrix {
        var result = Matrix(rows: count, columns: count)
        for index in 0..<count { result[index, index] = 1 }
        return result
    }
}
