internal import Patches
public import Tensors

/// A learned layer, ready to say what map its codes stand for: the generative side of the layer.
///
/// A patch is `mean + U Phi^T a` with `U` the inverse of the whitening; contrast normalisation is undone with the moments of
/// the windows, which codes don't hold, and overlapping patches are averaged.
public struct LayerDecoder: Sendable {
    /// What the layer has learned.
    public let parameters: LayerParameters
    /// The atoms as patches of the input: unwhitened, shape `[atoms, window * window * inputChannels]`.
    public let atomPatches: Matrix
    private let synthesis: PackedMatrix
    private let kernels: Kernels

    /// Prepares a layer for one set of kernels.
    public init(parameters: LayerParameters, kernels: Kernels) {
        self.parameters = parameters
        self.kernels = kernels
        let atoms = parameters.dictionary.atoms
        atomPatches =
            parameters.whitening.map { kernels.multiply(atoms, $0.inverse(kernels: kernels)) }
            ?? atoms
        synthesis = kernels.pack(atomPatches)
    }

    /// Decodes codes into the map that they stand for.
    ///
    /// - Parameters:
    ///   - codes: One place per window, or pooled as the layer pools them, which is then undone by repetition.
    ///   - size: The height and width of the layer's input.
    ///   - moments: The means and variances of the windows before contrast normalisation, shape of the window grid; not
    ///     looked at where the layer has none.
    ///   - gains: What the codes of each window are multiplied by, see ``gains(of:)``; 1 when nil.
    /// - Returns: Shape `[height, width, parameters.inputChannels]`.
    /// - Complexity: `windows * atoms * depth` multiply-adds.
    public func decode(
        _ codes: FeatureMap,
        size: (height: Int, width: Int),
        moments: (mean: Matrix, variance: Matrix),
        gains: Matrix? = nil
    ) -> FeatureMap {
        let (height, width) = parameters.grid.size(height: size.height, width: size.width)
        let pooling =
            codes.height == height && codes.width == width ? 1 : parameters.configuration.pooling
        precondition(
            codes.channels == parameters.configuration.channels
                && codes.height == (height + pooling - 1) / pooling
                && codes.width == (width + pooling - 1) / pooling,
            "the codes are of another layer or size"
        )
        var output = OverlapAverage(
            grid: parameters.grid,
            height: size.height,
            width: size.width,
            channels: parameters.inputChannels
        )
        for row in 0..<height {
            let coefficients = coefficients(
                of: codes,
                row: row / pooling,
                places: (0..<width).map { $0 / pooling }
            )
            var patches = kernels.multiply(coefficients, synthesis)
            let depth = patches.columns
            for x in 0..<width {
                let gain = gains?[row, x] ?? 1
                let scale = parameters.contrast?.scale(variance: moments.variance[row, x]) ?? 1
                let mean = parameters.contrast == nil ? 0 : moments.mean[row, x]
                for column in 0..<depth {
                    let offset = parameters.whitening?.mean[column] ?? 0
                    let index = x * depth + column
                    patches.elements[index] =
                        (gain * patches.elements[index] + offset) / scale + mean
                }
            }
            output.add(patches, row: row)
        }
        return output.average()
    }

    /// The factors that bring what codes stand for closest to the patches they were found for, by least squares.
    ///
    /// Thresholding is but the first step of inference: codes of overlapping atoms say the same thing several times, and
    /// the penalty takes something off. The other inferences weigh codes against each other; their gains are 1.
    ///
    /// - Parameter codes: One place per window.
    /// - Returns: `x . r / r . r` for each window, with `r = Phi^T a` and `x` the whitened patch; 1 where all codes are zero. Shape
    ///   of the codes' grid.
    /// - Complexity: `windows * atoms * components` multiply-adds.
    public func gains(of codes: FeatureMap) -> Matrix {
        var gains = Matrix(rows: codes.height, columns: codes.width, repeating: 1)
        guard parameters.configuration.inference == .thresholding else { return gains }
        let (atoms, penalties) = (parameters.dictionary.atoms, parameters.penalties)
        let dictionary = kernels.pack(atoms)
        for row in 0..<codes.height {
            let coefficients = coefficients(
                of: codes,
                row: row,
                places: Array(0..<codes.width)
            )
            let decoded = kernels.multiply(coefficients, dictionary)
            for x in 0..<codes.width {
                // A code that is not zero is its atom's response less the penalty.
                var common = 0.0
                for (atom, penalty) in penalties.enumerated() {
                    let size = Double(abs(coefficients[x, atom]))
                    if size > 0 { common += size * (size + Double(penalty)) }
                }
                var own = 0.0
                for column in 0..<decoded.columns {
                    own += Double(decoded[x, column]) * Double(decoded[x, column])
                }
                // Codes that cancel out stand for nothing, whatever the factor.
                if own > 1e-6 * common { gains[row, x] = Float(common / own) }
            }
        }
        return gains
    }

    /// The codes of some places of a row with their signs, shape `[places, atoms]`.
    private func coefficients(of codes: FeatureMap, row: Int, places: [Int]) -> Matrix {
        let (count, channels) = (parameters.dictionary.count, codes.channels)
        var result = Matrix(rows: places.count, columns: count)
        for (x, place) in places.enumerated() {
            let start = (row * codes.width + place) * channels
            for atom in 0..<count {
                let code = codes.elements[start + atom]
                result.elements[x * count + atom] =
                    channels == count ? code : code - codes.elements[start + count + atom]
            }
        }
        return result
    }
}
