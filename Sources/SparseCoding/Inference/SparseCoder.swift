public import Tensors

/// A dictionary and penalties, ready to find the sparse codes of patches by a declared ``Inference``.
///
/// Codes are never negative. A signed coder has the pair `max(0, a)` and `max(0, -a)` for each atom: the codes of the
/// dictionary `[Phi, -Phi]`. Which patches are coded together has no influence on the bits.
public struct SparseCoder: Sendable {
    /// The atoms.
    public let dictionary: AtomDictionary
    /// The penalty of each coefficient, at least 0, shape `[atoms]`.
    public let penalties: [Float]
    /// How codes are found.
    public let inference: Inference
    /// Whether each atom has a second code for its negative.
    public let signed: Bool
    /// An upper bound, tight to a few thousandths, of the largest eigenvalue of the atoms' Gram matrix.
    ///
    /// The Lipschitz constant of the gradient, one over which is the step of ISTA, FISTA and LCA; nil for methods
    /// without steps.
    public let lipschitzConstant: Float?
    let kernels: Kernels
    /// Atoms as columns: patches to responses.
    private let analysis: PackedMatrix
    /// Atoms as rows: codes to patches.
    let synthesis: PackedMatrix
    private let gram: Matrix?
    /// Penalties of zero, for the parting of signs alone.
    let noPenalties: [Float]
    let packedGram: PackedMatrix?

    /// Patches that are worked on together; their codes and gradients stay in the second-level cache.
    static let block = 64

    /// Prepares a coder.
    ///
    /// - Parameters:
    ///   - dictionary: The atoms.
    ///   - penalties: At least 0, shape `[atoms]`.
    ///   - inference: How codes are found; must have no ``Inference/problem``.
    ///   - signed: Whether each atom has a second code for its negative.
    ///   - kernels: The kernels for the products.
    /// - Complexity: `atoms^2 * components` multiply-adds for the Gram matrix, where the method needs it.
    public init(
        dictionary: AtomDictionary,
        penalties: [Float],
        inference: Inference,
        signed: Bool,
        kernels: Kernels
    ) {
        precondition(penalties.count == dictionary.count, "a penalty per atom is needed")
        precondition(penalties.allSatisfy { $0 >= 0 }, "a penalty is negative")
        precondition(inference.problem == nil, "the inference is out of bounds")
        self.dictionary = dictionary
        self.penalties = penalties
        self.inference = inference
        self.signed = signed
        self.kernels = kernels
        noPenalties = [Float](repeating: 0, count: penalties.count)
        let (atoms, transposed) = (dictionary.atoms, dictionary.atoms.transposed)
        analysis = kernels.pack(transposed)
        synthesis = kernels.pack(atoms)
        switch inference {
        case .thresholding:
            gram = nil
            packedGram = nil
            lipschitzConstant = nil
        case .omp:
            gram = kernels.multiply(atoms, analysis)
            packedGram = nil
            lipschitzConstant = nil
        case .ista, .fista, .lca:
            let matrix = kernels.multiply(atoms, analysis)
            gram = nil
            packedGram = kernels.pack(matrix)
            // Both products of a matrix with its transpose have the same eigenvalues above 0.
            let smaller =
                atoms.rows <= atoms.columns ? matrix : kernels.multiply(transposed, synthesis)
            lipschitzConstant = smaller.largestEigenvalueBound(kernels: kernels)
        }
    }

    /// Codes for a patch.
    public var channels: Int { signed ? 2 * dictionary.count : dictionary.count }

    /// The length of a step: the declared one, but for more than one step never beyond one over ``lipschitzConstant``, where
    /// steps need not converge.
    var step: Float {
        let safe = 1 / (lipschitzConstant ?? 1)
        return switch inference {
        case .thresholding, .omp: 1
        case .ista(let count, _, let step), .fista(let count, _, let step),
            .lca(let count, let step):
            count == 1 ? step ?? safe : min(step ?? safe, safe)
        }
    }

    /// Numbers of scratch memory that ``encode(_:responses:count:into:scratch:)`` needs.
    var scratchCount: Int {
        let atoms = dictionary.count
        return switch inference {
        case .thresholding: 0
        case .omp: atoms
        case .ista, .fista:
            unsafe ProximalGradient.scratchCount(rows: Self.block, atoms: atoms)
        case .lca: unsafe LocalCompetition.scratchCount(rows: Self.block, atoms: atoms)
        }
    }

    /// Codes patches.
    ///
    /// - Parameter patches: Whitened patches, shape `[count, components]`.
    /// - Returns: The codes, at least 0, shape `[count, channels]`.
    public func encode(_ patches: Matrix) -> Matrix {
        precondition(patches.columns == dictionary.components, "the patches have other components")
        let (components, atoms) = (dictionary.components, dictionary.count)
        var codes = Matrix(rows: patches.rows, columns: channels)
        let rows = min(patches.rows, Self.block)
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: rows * atoms + scratchCount
        ) { scratch in
            unsafe patches.elements.withUnsafeBufferPointer { patches in
                unsafe codes.elements.withUnsafeMutableBufferPointer { out in
                    guard let patches = patches.baseAddress, let out = out.baseAddress,
                        let responses = scratch.baseAddress
                    else { return }
                    for first in stride(from: 0, to: codes.rows, by: Self.block) {
                        let count = min(Self.block, codes.rows - first)
                        let block = unsafe patches + first * components
                        unsafe respond(to: block, count: count, into: responses)
                        unsafe encode(
                            block,
                            responses: responses,
                            count: count,
                            into: out + first * channels,
                            scratch: responses + rows * atoms
                        )
                    }
                }
            }
        }
        return codes
    }

    /// Multiplies patches by the atoms.
    ///
    /// - Parameters:
    ///   - patches: Shape `[count, components]`.
    ///   - count: The number of patches.
    ///   - responses: Receives the inner products, shape `[count, atoms]`.
    @unsafe
    func respond(
        to patches: UnsafePointer<Float>,
        count: Int,
        into responses: UnsafeMutablePointer<Float>
    ) {
        let components = dictionary.components
        unsafe kernels.product(
            .init(patches, rows: count, stride: components, length: components),
            analysis,
            into: responses,
            outStride: dictionary.count
        )
    }

    /// Codes patches from their responses.
    ///
    /// - Parameters:
    ///   - patches: Shape `[count, components]`.
    ///   - responses: Of ``respond(to:count:into:)``; holds nothing of use afterwards.
    ///   - count: The number of patches.
    ///   - codes: Receives the codes, shape `[count, channels]`.
    ///   - scratch: Of ``scratchCount`` numbers.
    @unsafe
    func encode(
        _ patches: UnsafePointer<Float>,
        responses: UnsafeMutablePointer<Float>,
        count: Int,
        into codes: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let (components, atoms) = (dictionary.components, dictionary.count)
        if case .thresholding = inference {
            unsafe split(responses, penalties: penalties, count: count, into: codes)
            return
        }
        for first in stride(from: 0, to: count, by: Self.block) {
            let rows = min(Self.block, count - first)
            let responses = unsafe responses + first * atoms
            let codes = unsafe codes + first * channels
            switch inference {
            case .thresholding: break
            case .omp(let limit):
                unsafe pursue(responses, limit: limit, rows: rows, into: codes, scratch: scratch)
            case .ista(let iterations, let tolerance, _), .fista(let iterations, let tolerance, _):
                unsafe descend(
                    patches + first * components,
                    responses: responses,
                    rows: rows,
                    iterations: iterations,
                    tolerance: tolerance,
                    into: codes,
                    scratch: scratch
                )
            case .lca(let steps, _):
                unsafe compete(responses, rows: rows, steps: steps, into: codes, scratch: scratch)
            }
        }
    }

    /// Takes the penalties off and parts the signs.
    @unsafe
    func split(
        _ values: UnsafePointer<Float>,
        penalties: [Float],
        count: Int,
        into codes: UnsafeMutablePointer<Float>
    ) {
        unsafe penalties.withUnsafeBufferPointer { penalties in
            guard let penalties = penalties.baseAddress else { return }
            unsafe kernels.shrink(
                values,
                count: count,
                columns: dictionary.count,
                stride: dictionary.count,
                penalty: penalties,
                signed: signed,
                into: codes,
                outStride: channels
            )
        }
    }

    @unsafe
    private func pursue(
        _ responses: UnsafePointer<Float>,
        limit: Int,
        rows: Int,
        into codes: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        // More atoms than components are never independent.
        let limit = min(limit, dictionary.components, dictionary.count)
        guard let gram else { return }
        unsafe withUnsafeTemporaryAllocation(
            of: Double.self,
            capacity: unsafe MatchingPursuit.scratchCount(limit: limit)
        ) { numbers in
            unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: limit) { chosen in
                unsafe gram.elements.withUnsafeBufferPointer { gram in
                    guard let numbers = numbers.baseAddress, let chosen = chosen.baseAddress,
                        let gram = gram.baseAddress
                    else { return }
                    var pursuit = unsafe MatchingPursuit(
                        kernels: kernels,
                        gram: gram,
                        atoms: dictionary.count,
                        limit: limit,
                        signed: signed,
                        scratch: numbers,
                        chosen: chosen,
                        correlations: scratch
                    )
                    for row in 0..<rows {
                        unsafe pursuit.encode(
                            responses + row * dictionary.count,
                            into: codes + row * channels
                        )
                    }
                }
            }
        }
    }
}
