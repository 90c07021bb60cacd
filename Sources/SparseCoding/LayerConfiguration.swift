/// How one layer of the hierarchy reads and codes its input: the declared part of a layer.
public struct LayerConfiguration: Sendable, Equatable, Codable {
    /// The side of the square window, odd, in places of the input map.
    public var window: Int
    /// The distance of neighbouring windows, in places of the input map.
    public var stride: Int
    /// The constant of the contrast normalisation, in squared units of the input; nil for none.
    public var contrast: Float?
    /// The components that whitening keeps of a patch; nil for patches as they are.
    public var components: Int?
    /// Added to the whitening's eigenvalues, as a share of the largest.
    public var whiteningEpsilon: Float
    /// The atoms of the dictionary.
    public var atoms: Int
    /// Whether codes have a sign; each atom then has two outputs, `max(0, a)` and `max(0, -a)`.
    public var signed: Bool
    /// The penalty of each coefficient, in standard deviations of its atom's response.
    public var sparsityPenalty: Float
    /// The wanted share of patches on which a coefficient is not zero; sets the penalties where given.
    public var activationRate: Float?
    /// How the dictionary is learned.
    public var learning: DictionaryLearning
    /// The side of the square of codes that is averaged into one output place; 1 for none.
    public var pooling: Int
    /// How codes are found.
    public var inference: Inference

    /// Creates a declaration.
    public init(
        window: Int,
        stride: Int,
        contrast: Float?,
        components: Int?,
        whiteningEpsilon: Float = 1e-3,
        atoms: Int,
        signed: Bool = true,
        sparsityPenalty: Float = 0.5,
        activationRate: Float? = nil,
        learning: DictionaryLearning = .gainShape,
        pooling: Int = 1,
        inference: Inference = .thresholding
    ) {
        self.window = window
        self.stride = stride
        self.contrast = contrast
        self.components = components
        self.whiteningEpsilon = whiteningEpsilon
        self.atoms = atoms
        self.signed = signed
        self.sparsityPenalty = sparsityPenalty
        self.activationRate = activationRate
        self.learning = learning
        self.pooling = pooling
        self.inference = inference
    }

    /// Output channels.
    public var channels: Int { signed ? 2 * atoms : atoms }

    /// Places of the input from one output place to the next.
    public var outputStride: Int { stride * pooling }

    /// What is wrong with the declaration, or nil.
    public var problem: String? {
        if window < 1 || window > 63 || window % 2 == 0 {
            return "window must be odd and in 1...63, found \(window)"
        }
        if stride < 1 || stride > 64 { return "stride must be in 1...64, found \(stride)" }
        if pooling < 1 || pooling > 64 { return "pooling must be in 1...64, found \(pooling)" }
        if let contrast, !(contrast > 0 && contrast.isFinite) {
            return "contrast must be above 0, found \(contrast)"
        }
        if let components, components < 1 || components > 4096 {
            return "components must be in 1...4096, found \(components)"
        }
        if atoms < 1 || atoms > 16384 { return "atoms must be in 1...16384, found \(atoms)" }
        if !(whiteningEpsilon >= 0 && whiteningEpsilon < 1) {
            return "whiteningEpsilon must be in 0..<1, found \(whiteningEpsilon)"
        }
        if !(sparsityPenalty >= 0 && sparsityPenalty.isFinite) {
            return "sparsityPenalty can't be negative, found \(sparsityPenalty)"
        }
        if let problem = inference.problem { return "inference: \(problem)" }
        if inference != .thresholding, atoms > 4096 {
            // The Gram matrix is atoms x atoms.
            return "inference other than thresholding needs atoms in 1...4096, found \(atoms)"
        }
        if case .omp(let limit) = inference, limit > atoms {
            return "inference: nonzeroLimit must be at most atoms (\(atoms)), found \(limit)"
        }
        if let activationRate, !(activationRate > 0 && activationRate < 1) {
            return "activationRate must be above 0 and below 1, found \(activationRate)"
        }
        return learning.problem(atoms: atoms, components: components)
    }
}
