public import Tensors

extension SparseCoder {
    /// The squared errors of the patches' reconstructions from codes, `|x - Phi a|^2`.
    ///
    /// - Parameters:
    ///   - codes: Shape `[count, channels]`.
    ///   - patches: Shape `[count, components]`.
    /// - Returns: At least 0, shape `[count]`.
    public func squaredErrors(of codes: Matrix, for patches: Matrix) -> [Float] {
        precondition(codes.columns == channels && codes.rows == patches.rows, "shapes disagree")
        precondition(patches.columns == dictionary.components, "the patches have other components")
        var errors = [Float](repeating: 0, count: patches.rows)
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: reconstructionScratchCount
        ) { scratch in
            unsafe patches.elements.withUnsafeBufferPointer { patches in
                unsafe codes.elements.withUnsafeBufferPointer { codes in
                    unsafe errors.withUnsafeMutableBufferPointer { errors in
                        guard let patches = patches.baseAddress, let codes = codes.baseAddress,
                            let out = errors.baseAddress, let scratch = scratch.baseAddress
                        else { return }
                        unsafe squaredErrors(
                            of: codes,
                            for: patches,
                            count: errors.count,
                            into: out,
                            scratch: scratch
                        )
                    }
                }
            }
        }
        return errors
    }

    /// Numbers of scratch memory that ``squaredErrors(of:for:count:into:scratch:)`` needs.
    var reconstructionScratchCount: Int { Self.block * (dictionary.components + dictionary.count) }

    /// The squared errors of rows of patches where they lie; shapes as above.
    @unsafe
    func squaredErrors(
        of codes: UnsafePointer<Float>,
        for patches: UnsafePointer<Float>,
        count: Int,
        into errors: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let (components, atoms) = (dictionary.components, dictionary.count)
        let differences = unsafe scratch + Self.block * components
        for first in stride(from: 0, to: count, by: Self.block) {
            let rows = min(Self.block, count - first)
            var left = unsafe codes + first * channels
            if signed {
                for row in 0..<rows {
                    let (pair, out) = unsafe (left + row * channels, differences + row * atoms)
                    for atom in 0..<atoms { unsafe out[atom] = pair[atom] - pair[atoms + atom] }
                }
                unsafe left = unsafe UnsafePointer(differences)
            }
            unsafe kernels.product(
                .init(left, rows: rows, stride: atoms, length: atoms),
                synthesis,
                into: scratch,
                outStride: components
            )
            for row in 0..<rows {
                let rest = unsafe scratch + row * components
                unsafe kernels.addScaled(
                    -1,
                    patches + (first + row) * components,
                    to: rest,
                    count: components
                )
                unsafe errors[first + row] = kernels.dot(rest, rest, count: components)
            }
        }
    }

    /// What inference makes small, for each patch: `1/2 |x - Phi a|^2 + sum penalty_i a_i`.
    ///
    /// Matching pursuit has no penalties: its objective is half the squared error.
    ///
    /// - Parameters:
    ///   - codes: Shape `[count, channels]`.
    ///   - patches: Shape `[count, components]`.
    /// - Returns: Shape `[count]`.
    public func objective(of codes: Matrix, for patches: Matrix) -> [Double] {
        let errors = squaredErrors(of: codes, for: patches)
        if case .omp = inference { return errors.map { Double($0) / 2 } }
        let atoms = dictionary.count
        return errors.enumerated().map { row, error in
            (0..<channels).reduce(Double(error) / 2) { sum, channel in
                sum + Double(penalties[channel % atoms]) * Double(codes[row, channel])
            }
        }
    }

    /// The objective after each iteration, for a look at the convergence; slower than ``encode(_:)``.
    ///
    /// A stopping tolerance is not applied, so that the trace shows what it would cut off.
    ///
    /// - Parameter patches: Whitened patches, shape `[count, components]`.
    /// - Returns: The objective summed over the patches: of codes of zero first, then after each iteration (for matching
    ///   pursuit: with at most one, two, ... atoms a patch).
    public func trace(_ patches: Matrix) -> [Double] {
        let iterations =
            switch inference {
            case .thresholding: 1
            case .ista(let count, _, _), .fista(let count, _, _), .lca(let count, _): count
            case .omp(let limit): limit
            }
        var totals = [Double](repeating: 0, count: iterations + 1)
        // A block at a time, as codes are found.
        for first in stride(from: 0, to: patches.rows, by: Self.block) {
            let rows = first..<min(first + Self.block, patches.rows)
            let block = Matrix(
                rows: rows.count,
                columns: patches.columns,
                filledWith: Array(
                    patches.elements[
                        rows.lowerBound * patches.columns..<rows.upperBound * patches.columns
                    ]
                )
            )
            var iteration = 0
            func note(_ codes: Matrix) {
                totals[iteration] += objective(of: codes, for: block).reduce(0, +)
                iteration += 1
            }
            note(Matrix(rows: block.rows, columns: channels))
            switch inference {
            case .thresholding: note(encode(block))
            case .omp(let limit):
                for count in 1...limit {
                    note(with(.omp(nonzeroLimit: count)).encode(block))
                }
            case .ista, .fista, .lca:
                followIterations(iterations, of: block, note)
            }
        }
        return totals
    }

    private func with(_ inference: Inference) -> SparseCoder {
        SparseCoder(
            dictionary: dictionary,
            penalties: penalties,
            inference: inference,
            signed: signed,
            kernels: kernels
        )
    }

    /// Hands on the codes of a block of patches after each iteration.
    private func followIterations(_ iterations: Int, of patches: Matrix, _ note: (Matrix) -> Void) {
        guard let gram = packedGram, patches.rows > 0 else { return }
        let (rows, atoms) = (patches.rows, dictionary.count)
        var codes = Matrix(rows: rows, columns: channels)
        unsafe withUnsafeTemporaryAllocation(
            of: Float.self,
            capacity: rows * atoms + scratchCount
        ) { scratch in
            unsafe patches.elements.withUnsafeBufferPointer { patches in
                unsafe penalties.withUnsafeBufferPointer { penalties in
                    guard let responses = scratch.baseAddress, let patches = patches.baseAddress,
                        let penalties = penalties.baseAddress
                    else { return }
                    unsafe respond(to: patches, count: rows, into: responses)
                    let rest = unsafe responses + rows * atoms
                    func noteCodes(_ values: UnsafePointer<Float>) {
                        unsafe codes.elements.withUnsafeMutableBufferPointer { out in
                            guard let out = out.baseAddress else { return }
                            unsafe split(values, penalties: noPenalties, count: rows, into: out)
                        }
                        note(codes)
                    }
                    if case .lca = inference {
                        var dynamics = unsafe LocalCompetition(
                            self,
                            gram: gram,
                            rate: step,
                            penalties: penalties,
                            responses: responses,
                            rows: rows,
                            scratch: rest
                        )
                        for _ in 0..<iterations {
                            unsafe dynamics.update()
                            unsafe noteCodes(dynamics.codes)
                        }
                        return
                    }
                    var descent = unsafe ProximalGradient(
                        self,
                        gram: gram,
                        step: step,
                        accelerated: accelerated,
                        penalties: penalties,
                        responses: responses,
                        rows: rows,
                        scratch: rest
                    )
                    for _ in 0..<iterations {
                        unsafe descent.project()
                        unsafe descent.update()
                        unsafe noteCodes(descent.codes)
                    }
                }
            }
        }
    }
}
