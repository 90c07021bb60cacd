public import Tensors

/// Learns a dictionary in which each patch is a multiple of one atom: 1-sparse coding.
///
/// Codes and atoms are updated in turn: each patch goes to the atom with the largest response (in magnitude, for
/// signed codes), each atom becomes the direction of the sum of its patches weighted by their responses. Neither step can
/// raise the error `sum |x - a phi|^2`.
///
/// > Source: Gersho, Gray (1992), "Vector Quantization and Signal Compression", 12.10 (gain-shape); Coates, Ng (2012),
/// > "Learning feature representations with k-means".
public struct GainShapeQuantizer: Sendable {
    /// The wanted number of atoms.
    public let atoms: Int
    /// Whether a patch may be a negative multiple of its atom.
    public let signed: Bool
    /// The number of passes over the samples.
    public let iterations: Int

    /// Creates a learner.
    public init(atoms: Int, signed: Bool, iterations: Int = 12) {
        precondition(atoms > 0 && iterations > 0, "atoms and iterations must be positive")
        self.atoms = atoms
        self.signed = signed
        self.iterations = iterations
    }

    /// Learns from samples.
    ///
    /// Atoms that explain fewer than two samples start anew from a random sample. The result depends on samples and
    /// seed alone.
    ///
    /// - Parameters:
    ///   - samples: Whitened patches, shape `[count, components]`, count at least 1.
    ///   - seed: Chooses the first atoms and replacements.
    ///   - kernels: The kernels for the products.
    /// - Returns: The dictionary, its usage and the learning curve.
    /// - Complexity: `iterations * count * atoms * components` multiply-adds.
    public func learn(
        from samples: Matrix,
        seed: UInt64,
        kernels: Kernels
    ) -> LearnedDictionary {
        var generator = SeededGenerator(seed: seed, stream: 0xD1C7)
        var current = Matrix(rows: atoms, columns: samples.columns)
        for atom in 0..<atoms { start(&current, atom, samples, &generator) }
        var curve: [Float] = []
        var usage = [Int](repeating: 0, count: atoms)
        for iteration in 0..<iterations {
            let step = assign(samples, to: current, kernels: kernels)
            curve.append(step.remaining)
            usage = step.usage
            var next = step.sums
            let last = iteration == iterations - 1
            for atom in 0..<atoms {
                let norm = next.normalizeRow(atom)
                if norm == 0 {
                    for column in 0..<next.columns { next[atom, column] = current[atom, column] }
                }
                if !last, usage[atom] < 2 { start(&next, atom, samples, &generator) }
            }
            current = next
        }
        return LearnedDictionary(atoms: current, usage: usage, learningCurve: curve)
    }

    /// Sets an atom to a random sample, or to a unit vector where samples are zero.
    private func start(
        _ matrix: inout Matrix,
        _ atom: Int,
        _ samples: Matrix,
        _ generator: inout SeededGenerator
    ) {
        for _ in 0..<8 {
            let sample = generator.next(below: samples.rows)
            for column in 0..<samples.columns { matrix[atom, column] = samples[sample, column] }
            if matrix.normalizeRow(atom) > 0 { return }
        }
        for column in 0..<samples.columns { matrix[atom, column] = 0 }
        matrix[atom, generator.next(below: samples.columns)] = 1
    }

    private struct Step {
        var sums: Matrix
        var usage: [Int]
        var remaining: Float
    }

    private func assign(_ samples: Matrix, to current: Matrix, kernels: Kernels) -> Step {
        let packed = kernels.pack(current.transposed)
        let block = 256
        let width = samples.columns
        var step = Step(
            sums: Matrix(rows: atoms, columns: width),
            usage: [Int](repeating: 0, count: atoms),
            remaining: 0
        )
        var energy = 0.0
        var explained = 0.0
        var responses = [Float](repeating: 0, count: block * atoms)
        var best = [Float](repeating: 0, count: block)
        var index = [UInt32](repeating: 0, count: block)
        unsafe samples.elements.withUnsafeBufferPointer { data in
            unsafe responses.withUnsafeMutableBufferPointer { responses in
                unsafe step.sums.elements.withUnsafeMutableBufferPointer { sums in
                    unsafe best.withUnsafeMutableBufferPointer { best in
                        unsafe index.withUnsafeMutableBufferPointer { index in
                            guard let data = data.baseAddress, let best = best.baseAddress,
                                let responses = responses.baseAddress, let sums = sums.baseAddress,
                                let index = index.baseAddress
                            else { return }
                            for first in stride(from: 0, to: samples.rows, by: block) {
                                let count = min(block, samples.rows - first)
                                let rows = unsafe data + first * width
                                unsafe kernels.product(
                                    .init(rows, rows: count, stride: width, length: width),
                                    packed,
                                    into: responses,
                                    outStride: atoms
                                )
                                unsafe kernels.rowMaximum(
                                    responses,
                                    count: count,
                                    columns: atoms,
                                    stride: atoms,
                                    absolute: signed,
                                    best: best,
                                    index: index
                                )
                                for row in 0..<count {
                                    let atom = unsafe Int(index[row])
                                    let response = unsafe responses[row * atoms + atom]
                                    let sample = unsafe rows + row * width
                                    unsafe energy += Double(
                                        kernels.dot(sample, sample, count: width)
                                    )
                                    if !signed && response <= 0 { continue }
                                    explained += Double(response) * Double(response)
                                    step.usage[atom] += 1
                                    unsafe kernels.addScaled(
                                        response,
                                        sample,
                                        to: sums + atom * width,
                                        count: width
                                    )
                                }
                            }
                        }
                    }
                }
            }
        }
        step.remaining = energy > 0 ? Float(max(0, 1 - explained / energy)) : 0
        return step
    }
}
