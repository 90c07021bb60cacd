public import Tensors

/// Learns an overcomplete dictionary for sparse codes of any number of atoms, from small batches of samples.
///
/// Minimises `sum 1/2 |x - Phi a|^2 + penalty |a|_1` over unit-norm atoms and codes. Each batch is coded with the
/// dictionary so far, adds to ``DictionaryStatistics``, and the atoms are improved from these. Older batches count less and
/// less, since they were coded with worse atoms.
///
/// > Source: Mairal, Bach, Ponce, Sapiro (2010), "Online learning for matrix factorization and sparse coding", with the
/// > rescaling of the past of their section 3.4.
public struct OnlineDictionaryLearner: Sendable {
    /// The wanted number of atoms.
    public let atoms: Int
    /// Whether codes have a sign.
    public let signed: Bool
    /// The penalty of a code of 1, in units of the samples, at least 0.
    public let penalty: Float
    /// The number of passes over the samples.
    public let passes: Int
    /// The samples between two improvements of the dictionary.
    public let minibatch: Int

    /// The weight of batch `t` of the past grows as `t` to this power.
    private static let fading = 5

    /// Creates a learner.
    public init(atoms: Int, signed: Bool, penalty: Float, passes: Int = 8, minibatch: Int = 256) {
        precondition(atoms > 0 && passes > 0 && minibatch > 0, "sizes must be positive")
        precondition(penalty >= 0 && penalty.isFinite, "the penalty can't be negative")
        self.atoms = atoms
        self.signed = signed
        self.penalty = penalty
        self.passes = passes
        self.minibatch = minibatch
    }

    /// Learns from samples.
    ///
    /// After each pass but the last, atoms that are hardly used or that repeat another one start anew from what the
    /// worst-explained samples leave. The result depends on samples, seed and the family of kernels alone.
    ///
    /// - Parameters:
    ///   - samples: Shape `[count, components]`, count at least 1.
    ///   - seed: Chooses the first atoms, the order of the samples and the replacements.
    ///   - kernels: The kernels for the products.
    /// - Returns: The dictionary with its usage, and the objective as met in each pass and, last, of the result.
    /// - Complexity: `passes * count * atoms * (components + steps)` multiply-adds, with the steps that a sample's codes
    ///   take, and `passes * count / minibatch * atoms^2 * components` for the atoms.
    public func learn(
        from samples: Matrix,
        seed: UInt64,
        kernels: Kernels
    ) -> LearnedDictionary {
        precondition(samples.rows > 0 && samples.columns > 0, "no samples to learn from")
        var generator = SeededGenerator(seed: seed, stream: 0x0D1C)
        var dictionary = firstDictionary(samples, &generator)
        var statistics = DictionaryStatistics(atoms: atoms, components: samples.columns)
        var curve: [Float] = []
        var batches = 0
        for pass in 0..<passes {
            let order = generator.choose(samples.rows, of: samples.rows)
            var usage = [Int](repeating: 0, count: atoms)
            var errors = [Double](repeating: 0, count: samples.rows)
            var (objective, energy) = (0.0, 0.0)
            for first in stride(from: 0, to: order.count, by: minibatch) {
                let places = order[first..<min(first + minibatch, order.count)]
                let batch = samples.rows(at: places)
                let codes = solver(dictionary, kernels).codes(of: batch)
                batches += 1
                let share = 1 - 1 / Double(batches)
                statistics.fade(to: (0..<Self.fading).reduce(1) { power, _ in power * share })
                statistics.add(batch, codes)
                dictionary = statistics.improve(dictionary)
                objective += codes.objective(penalty: penalty)
                energy += codes.energies.reduce(0, +)
                for atom in codes.places { usage[atom] += 1 }
                for (place, error) in zip(places, codes.errors) { errors[place] = error }
            }
            curve.append(Self.share(objective, of: energy))
            guard pass < passes - 1 else { break }
            let spent = DictionaryRenewal(usage: usage, signed: signed).spent(in: dictionary)
            let fresh = DictionaryRenewal.worstExplained(spent.count, samples, errors, &generator)
            let codes = solver(dictionary, kernels).codes(of: fresh)
            dictionary = DictionaryRenewal.replace(
                spent,
                of: dictionary,
                by: codes.residuals(of: fresh, dictionary: dictionary),
                &generator
            )
            for atom in spent { statistics.forget(atom: atom) }
        }
        let final = self.statistics(of: samples, dictionary: dictionary, kernels: kernels)
        let objective = final.objective(of: dictionary, penalty: penalty)
        curve.append(Self.share(objective, of: final.energy))
        return LearnedDictionary(
            atoms: dictionary.atoms,
            usage: final.usage,
            learningCurve: curve
        )
    }

    /// Codes samples and sums up what an update needs.
    ///
    /// Each sample's codes depend on it and the dictionary alone: shards of the samples have the same codes as the whole.
    ///
    /// - Parameters:
    ///   - samples: Shape `[count, components]`.
    ///   - dictionary: Shape `[atoms, components]`.
    ///   - kernels: The kernels for the products.
    /// - Returns: The sums over all samples.
    public func statistics(
        of samples: Matrix,
        dictionary: AtomDictionary,
        kernels: Kernels
    ) -> DictionaryStatistics {
        precondition(dictionary.components == samples.columns, "samples of other components")
        let solver = solver(dictionary, kernels)
        var result = DictionaryStatistics(
            atoms: dictionary.count,
            components: dictionary.components
        )
        for first in stride(from: 0, to: samples.rows, by: 1024) {
            let block = samples.rows(at: first..<min(first + 1024, samples.rows))
            result.add(block, solver.codes(of: block))
        }
        return result
    }

    /// Improves a dictionary from the statistics of samples coded with it.
    ///
    /// Alternated with ``statistics(of:dictionary:kernels:)`` this is batch dictionary learning, whose objective never
    /// rises; the samples may lie in shards.
    public func update(
        _ dictionary: AtomDictionary,
        with statistics: DictionaryStatistics
    ) -> AtomDictionary {
        statistics.improve(dictionary)
    }

    private func solver(_ dictionary: AtomDictionary, _ kernels: Kernels) -> LassoSolver {
        LassoSolver(dictionary: dictionary, penalty: penalty, signed: signed, kernels: kernels)
    }

    /// Random samples; random directions where samples are too few or zero.
    private func firstDictionary(
        _ samples: Matrix,
        _ generator: inout SeededGenerator
    ) -> AtomDictionary {
        let places = generator.choose(min(atoms, samples.rows), of: samples.rows)
        var start = Matrix(rows: atoms, columns: samples.columns)
        for atom in 0..<atoms {
            if atom < places.count {
                for column in 0..<samples.columns {
                    start[atom, column] = samples[places[atom], column]
                }
            }
            if start.normalizeRow(atom) == 0 { start.setRandomRow(atom, &generator) }
        }
        return AtomDictionary(atoms: start)
    }

    /// An objective as a share of what codes of zero cost.
    private static func share(_ objective: Double, of energy: Double) -> Float {
        energy > 0 ? Float(min(1, max(0, objective / (0.5 * energy)))) : 0
    }
}
