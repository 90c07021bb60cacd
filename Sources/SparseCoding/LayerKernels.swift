public import Patches
public import Tensors

/// Kernels and biases of a convolution with a ReLU behind it: what a thresholding layer is in a network's terms.
///
/// With `W` the whitening's projection and `m` its mean (or neither), atom `phi` and penalty `lambda` are the kernel
/// `phi W` and the bias `-lambda - phi W m`; of a signed layer the negatives of all kernels follow, with biases
/// `-lambda + phi W m`. Without whitening the map is exact to the bit in both directions, with it to rounding.
///
/// > Source: Bowren, "A Sparse Coding Interpretation of Neural Networks and Theoretical Implications" (arXiv 2108.06622).
public struct LayerKernels: Sendable, Equatable {
    /// One kernel a row, shape `[outputs, window * window * channels]`, the channels of a place together.
    public let kernels: Matrix
    /// What is added before the ReLU, shape `[outputs]`.
    public let biases: [Float]

    /// Creates kernels from a network's numbers.
    ///
    /// - Parameters:
    ///   - kernels: Shape `[outputs, window * window * channels]`, the channels of a place together.
    ///   - biases: Shape `[outputs]`.
    public init(kernels: Matrix, biases: [Float]) {
        precondition(kernels.rows == biases.count, "a bias per kernel is needed")
        self.kernels = kernels
        self.biases = biases
    }

    /// Why a layer and a convolution are not the same.
    public enum Mismatch: Error, Equatable, CustomStringConvertible {
        /// Contrast normalisation depends on the patch.
        case contrastNormalized
        /// Stronger inference is no single convolution.
        case iterated
        /// A kernel is zero: it has no direction.
        case zeroKernel(output: Int)
        /// A penalty would be negative: the sparse prior is broken.
        case brokenPrior(output: Int, penalty: Float)
        /// Of a signed layer: the second half is not the negative of the first.
        case unpaired(output: Int)
        /// A kernel reads what whitening takes away.
        case outsideWhitening(output: Int)

        /// One line for people.
        public var description: String {
            switch self {
            case .contrastNormalized: "a layer that normalises contrast is no convolution"
            case .iterated: "a layer with iterated inference is no single convolution"
            case .zeroKernel(let output): "kernel \(output) is zero"
            case .brokenPrior(let output, let penalty):
                "output \(output) would have the negative penalty \(penalty)"
            case .unpaired(let output): "output \(output) has no negative in the second half"
            case .outsideWhitening(let output):
                "kernel \(output) reads directions that the whitening removes"
            }
        }
    }

    /// The convolution that a layer computes before pooling.
    ///
    /// - Parameter parameters: A thresholding layer without contrast normalisation.
    /// - Throws: ``Mismatch/contrastNormalized`` or ``Mismatch/iterated``.
    public init(_ parameters: LayerParameters) throws(Mismatch) {
        if parameters.configuration.contrast != nil { throw .contrastNormalized }
        guard parameters.configuration.inference == .thresholding else { throw .iterated }
        let atoms = parameters.dictionary.atoms
        var rows = atoms
        var shifts = [Double](repeating: 0, count: atoms.rows)
        if let whitening = parameters.whitening {
            let projection = whitening.projection
            let exact = ReferenceKernels.multiply(atoms, projection)
            let depth = projection.columns
            rows = Matrix(rows: atoms.rows, columns: depth, filledWith: exact.map(Float.init))
            shifts = (0..<atoms.rows).map { row in
                (0..<depth).reduce(0) { sum, column in
                    sum + exact[row * depth + column] * Double(whitening.mean[column])
                }
            }
        }
        var biases = zip(parameters.penalties, shifts).map { Float(-Double($0) - $1) }
        guard parameters.configuration.signed else {
            self.init(kernels: rows, biases: biases)
            return
        }
        biases += zip(parameters.penalties, shifts).map { Float(-Double($0) + $1) }
        self.init(
            kernels: Matrix(
                rows: 2 * rows.rows,
                columns: rows.columns,
                filledWith: rows.elements + rows.elements.map { -$0 }
            ),
            biases: biases
        )
    }

    /// A convolution as sparse coding: `ReLU(kernel . p + bias) = gain * max(0, atom . x - penalty)`.
    public struct SparseForm: Sendable, Equatable {
        /// The directions of the kernels (in whitened coordinates), shape `[atoms, components]`.
        public let dictionary: AtomDictionary
        /// The lengths of the kernels, above 0, shape `[atoms]`; exactly 1 where a kernel has norm 1 to rounding.
        public let gains: [Float]
        /// At least 0, shape `[atoms]`.
        public let penalties: [Float]
    }

    /// Finds the dictionary, gains and penalties of the convolution.
    ///
    /// - Parameters:
    ///   - whitening: The whitening whose coordinates the atoms shall have; nil for patches as they are.
    ///   - signed: Whether the second half of the outputs are the negative parts of the first.
    /// - Returns: The sparse coding layer that computes the same, but for the gains.
    /// - Throws: ``Mismatch`` when there is none, as with a bias above 0 (without whitening).
    public func sparseForm(
        whitening: Whitening? = nil,
        signed: Bool = false
    ) throws(Mismatch) -> SparseForm {
        let depth = kernels.columns
        let count = signed ? kernels.rows / 2 : kernels.rows
        if signed { try checkPairs(whitening) }
        let solver = whitening.map(RowSpaceSolver.init)
        var rows: [Float] = []
        var gains: [Float] = []
        var penalties: [Float] = []
        for output in 0..<count {
            let kernel = (0..<depth).map { Double(kernels[output, $0]) }
            var row = kernel
            if let solver {
                guard let solved = solver.solve(kernel) else {
                    throw .outsideWhitening(output: output)
                }
                row = solved
            }
            let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm > 0, norm.isFinite else { throw .zeroKernel(output: output) }
            // A kernel that is an atom stays one, bit by bit.
            let gain = abs(norm - 1) < 1e-6 ? 1 : norm
            var shift = 0.0
            if let whitening {
                shift = zip(kernel, whitening.mean).reduce(0) { $0 + $1.0 * Double($1.1) }
            }
            var penalty = (-Double(biases[output]) - shift) / gain
            // With whitening a penalty of zero comes back through two sums.
            if whitening != nil, abs(penalty) < 1e-6 * max(1, abs(shift) / gain) { penalty = 0 }
            guard penalty >= 0 else {
                throw .brokenPrior(output: output, penalty: Float(penalty))
            }
            rows += row.map { Float($0 / gain) }
            gains.append(Float(gain))
            penalties.append(Float(penalty))
        }
        let atoms = Matrix(
            rows: count,
            columns: count > 0 ? rows.count / count : 0,
            filledWith: rows
        )
        return SparseForm(
            dictionary: AtomDictionary(unitAtoms: atoms) ?? AtomDictionary(atoms: atoms),
            gains: gains,
            penalties: penalties
        )
    }

    /// Checks that the second half belongs to the negatives of the first.
    private func checkPairs(_ whitening: Whitening?) throws(Mismatch) {
        guard kernels.rows % 2 == 0 else { throw .unpaired(output: kernels.rows - 1) }
        let half = kernels.rows / 2
        for output in 0..<half {
            var shift = 0.0
            var size = 1.0
            for column in 0..<kernels.columns {
                let (plus, minus) = (kernels[output, column], kernels[half + output, column])
                if plus != -minus { throw .unpaired(output: output) }
                let part = Double(plus) * Double(whitening?.mean[column] ?? 0)
                shift += part
                size += abs(part)
            }
            // Both biases must give the same penalty.
            let gap = Double(biases[half + output]) - Double(biases[output]) - 2 * shift
            size += Double(abs(biases[output]))
            let rounding = whitening == nil ? 0 : 1e-6 * size
            guard abs(gap) <= rounding else { throw .unpaired(output: output) }
        }
    }
}

/// Coordinates of vectors in the rows of a matrix, `k = a W`, by the normal equations in double precision.
private struct RowSpaceSolver {
    private let rows: [[Double]]
    /// The lower Cholesky factor of `W W^T`.
    private var factor: [[Double]]

    init(_ whitening: Whitening) {
        let matrix = whitening.projection
        rows = (0..<matrix.rows).map { matrix.row($0).map(Double.init) }
        factor = []
        for index in rows.indices {
            var line: [Double] = []
            for other in 0...index {
                var value = zip(rows[index], rows[other]).reduce(0) { $0 + $1.0 * $1.1 }
                if other < index {
                    for k in 0..<other { value -= line[k] * factor[other][k] }
                    line.append(factor[other][other] > 0 ? value / factor[other][other] : 0)
                } else {
                    for k in 0..<other { value -= line[k] * line[k] }
                    line.append(max(0, value).squareRoot())
                }
            }
            factor.append(line)
        }
    }

    /// The coordinates, or nil when the vector is no combination of the rows.
    func solve(_ vector: [Double]) -> [Double]? {
        var result = rows.map { zip($0, vector).reduce(0) { $0 + $1.0 * $1.1 } }
        for index in rows.indices {
            for other in 0..<index { result[index] -= factor[index][other] * result[other] }
            guard factor[index][index] > 0 else { return nil }
            result[index] /= factor[index][index]
        }
        for index in rows.indices.reversed() {
            for other in index + 1..<max(rows.count, index + 1) {
                result[index] -= factor[other][index] * result[other]
            }
            result[index] /= factor[index][index]
        }
        var rest = 0.0
        var whole = 0.0
        for column in vector.indices {
            let value = rows.indices.reduce(0) { $0 + result[$1] * rows[$1][column] }
            rest += (vector[column] - value) * (vector[column] - value)
            whole += vector[column] * vector[column]
        }
        return rest <= 1e-8 * whole ? result : nil
    }
}
