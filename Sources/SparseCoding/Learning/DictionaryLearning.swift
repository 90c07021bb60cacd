package import Tensors

/// How a layer's dictionary is learned.
///
/// Penalties are in root mean squares of a sample's components, which is the spread of the response of an atom of random
/// direction: the same number suits samples of any scale.
public enum DictionaryLearning: Sendable, Equatable, Codable {
    /// Each patch is a multiple of one atom: fast, and as overcomplete as wanted.
    case gainShape
    /// Orthonormal atoms, for which thresholding is the exact inference; at most as many as components.
    ///
    /// - Parameter passes: The passes over the samples.
    /// - Parameter penalty: The penalty of the codes, in root mean squares of a component.
    case orthonormal(passes: Int, penalty: Float)
    /// Overcomplete atoms for codes of several atoms each, learned from small batches.
    ///
    /// - Parameter passes: The passes over the samples.
    /// - Parameter minibatch: The samples between two improvements of the dictionary.
    /// - Parameter penalty: The penalty of the codes, in root mean squares of a component.
    case online(passes: Int, minibatch: Int, penalty: Float)

    /// What is wrong with the declaration for so many atoms of so many components, or nil.
    ///
    /// - Parameters:
    ///   - atoms: The wanted number of atoms.
    ///   - components: The numbers in a patch; nil where they are not known yet.
    /// - Returns: A sentence without a full stop.
    func problem(atoms: Int, components: Int?) -> String? {
        switch self {
        case .gainShape:
            return nil
        case .orthonormal(let passes, let penalty):
            if let components, atoms > components {
                return "learning: \(atoms) orthonormal atoms need as many components,"
                    + " found \(components)"
            }
            return Self.problem(passes, penalty)
        case .online(let passes, let minibatch, let penalty):
            if minibatch < 1 || minibatch > 65_536 {
                return "learning: minibatch must be in 1...65536, found \(minibatch)"
            }
            return Self.problem(passes, penalty)
        }
    }

    private static func problem(_ passes: Int, _ penalty: Float) -> String? {
        if passes < 1 || passes > 1000 {
            return "learning: passes must be in 1...1000, found \(passes)"
        }
        if !(penalty >= 0 && penalty <= 1000) {
            return "learning: penalty must be in 0...1000, found \(penalty)"
        }
        return nil
    }

    /// Learns a dictionary as declared.
    ///
    /// - Parameters:
    ///   - atoms: The wanted number of atoms.
    ///   - signed: Whether codes have a sign.
    ///   - samples: Whitened patches, shape `[count, components]`, count at least 1.
    ///   - seed: Makes the result reproducible.
    ///   - kernels: The kernels for the products.
    /// - Returns: The dictionary with its usage and learning curve.
    package func learn(
        atoms: Int,
        signed: Bool,
        from samples: Matrix,
        seed: UInt64,
        kernels: Kernels
    ) -> LearnedDictionary {
        switch self {
        case .gainShape:
            return GainShapeQuantizer(atoms: atoms, signed: signed)
                .learn(from: samples, seed: seed, kernels: kernels)
        case .orthonormal(let passes, let penalty):
            return OrthonormalLearner(
                atoms: atoms,
                signed: signed,
                penalty: penalty * samples.rootMeanSquare,
                passes: passes
            ).learn(from: samples, seed: seed, kernels: kernels)
        case .online(let passes, let minibatch, let penalty):
            return OnlineDictionaryLearner(
                atoms: atoms,
                signed: signed,
                penalty: penalty * samples.rootMeanSquare,
                passes: passes,
                minibatch: minibatch
            ).learn(from: samples, seed: seed, kernels: kernels)
        }
    }
}

extension Matrix {
    fileprivate var rootMeanSquare: Float {
        let sum = elements.reduce(0.0) { $0 + Double($1) * Double($1) }
        return Float((sum / Double(max(1, elements.count))).squareRoot())
    }
}

// The compiler's own coding of a declaration that has a `learning` picks these up: declarations from before the choice read as
// the default, and the default is not written, so that they keep their bytes.
extension KeyedDecodingContainer {
    func decode(_ type: DictionaryLearning.Type, forKey key: Key) throws -> DictionaryLearning {
        try decodeIfPresent(type, forKey: key) ?? .gainShape
    }
}

extension KeyedEncodingContainer {
    mutating func encode(_ value: DictionaryLearning, forKey key: Key) throws {
        try encodeIfPresent(value == .gainShape ? nil : value, forKey: key)
    }
}
