public import Tensors

/// Learns an orthonormal dictionary, for which one thresholding step is the exact sparse inference.
///
/// Minimises `sum 1/2 |x - Phi a|^2 + penalty |a|_1` over orthonormal atoms and codes by turns: given the atoms the codes
/// are the soft threshold of the responses (ReLU for non-negative codes), given the codes `A` the atoms are the polar factor
/// of `A^T X`. Each step is exact, so the objective can only fall.
///
/// > Source: Lesage, Gribonval, Bimbot, Benaroya (2005), "Learning unions of orthonormal bases with thresholded singular
/// > value decomposition", one basis; Schönemann (1966) for the atoms.
public struct OrthonormalLearner: Sendable {
    /// The wanted number of atoms, at most the components of a sample.
    public let atoms: Int
    /// Whether codes have a sign.
    public let signed: Bool
    /// The penalty of a code of 1, in units of the samples, at least 0.
    public let penalty: Float
    /// The number of passes over the samples.
    public let passes: Int

    /// Creates a learner.
    public init(atoms: Int, signed: Bool, penalty: Float, passes: Int = 30) {
        precondition(atoms > 0 && passes > 0, "sizes must be positive")
        precondition(penalty >= 0 && penalty.isFinite, "the penalty can't be negative")
        self.atoms = atoms
        self.signed = signed
        self.penalty = penalty
        self.passes = passes
    }

    /// Learns from samples.
    ///
    /// The result depends on samples, seed and the family of kernels alone. Atoms that no sample uses stay orthogonal to the
    /// others, with no direction of their own.
    ///
    /// - Parameters:
    ///   - samples: Shape `[count, components]`, count at least 1 and components at least ``atoms``.
    ///   - seed: Chooses the first atoms, which are random.
    ///   - kernels: The kernels for the products.
    /// - Returns: The dictionary with its usage, and the objective with the atoms of each pass and, last, of the result.
    /// - Complexity: `passes * (2 * count * atoms * components + 10 * atoms^3)` multiply-adds.
    public func learn(
        from samples: Matrix,
        seed: UInt64,
        kernels: Kernels
    ) -> LearnedDictionary {
        precondition(samples.rows > 0, "no samples to learn from")
        precondition(atoms <= samples.columns, "more orthonormal atoms than components")
        var generator = SeededGenerator(seed: seed, stream: 0x0247)
        var current = Matrix(rows: atoms, columns: samples.columns)
        for index in current.elements.indices {
            current.elements[index] = Float(generator.nextNormal())
        }
        current = current.polarFactor
        var curve: [Float] = []
        for _ in 0..<passes {
            let step = code(samples, with: current, kernels: kernels)
            curve.append(step.remaining)
            current = step.correlations.polarFactor
        }
        let last = code(samples, with: current, kernels: kernels)
        curve.append(last.remaining)
        return LearnedDictionary(atoms: current, usage: last.usage, learningCurve: curve)
    }

    private struct Step {
        /// `A^T X`, shape `[atoms, components]`.
        var correlations: Matrix
        var usage: [Int]
        /// The objective as a share of what codes of zero cost.
        var remaining: Float
    }

    /// Codes all samples with orthonormal atoms.
    private func code(_ samples: Matrix, with current: Matrix, kernels: Kernels) -> Step {
        let packed = kernels.pack(current.transposed)
        var step = Step(
            correlations: Matrix(rows: atoms, columns: samples.columns),
            usage: [Int](repeating: 0, count: atoms),
            remaining: 0
        )
        var (energy, explained) = (0.0, 0.0)
        let blockRows = 512
        for first in stride(from: 0, to: samples.rows, by: blockRows) {
            let block = samples.rows(at: first..<min(first + blockRows, samples.rows))
            var codes = kernels.multiply(block, packed)
            for index in codes.elements.indices {
                let value = threshold(codes.elements[index])
                codes.elements[index] = value
                if value != 0 {
                    step.usage[index % atoms] += 1
                    // With orthonormal atoms 1/2 (r - a)^2 + penalty |a| is 1/2 r^2 - 1/2 a^2.
                    explained += Double(value) * Double(value)
                }
            }
            for value in block.elements { energy += Double(value) * Double(value) }
            let products = kernels.multiply(codes.transposed, block)
            for index in products.elements.indices {
                step.correlations.elements[index] += products.elements[index]
            }
        }
        step.remaining = energy > 0 ? Float(min(1, max(0, 1 - explained / energy))) : 0
        return step
    }

    private func threshold(_ response: Float) -> Float {
        if response > penalty { return response - penalty }
        return signed && response < -penalty ? response + penalty : 0
    }
}
