public import Patches
public import Tensors

/// What a layer has learned: the stored part of a layer.
public struct LayerParameters: Sendable, Equatable {
    /// The declaration it was learned for.
    public let configuration: LayerConfiguration
    /// The channels of its input maps.
    public let inputChannels: Int
    /// The whitening of its patches.
    public let whitening: Whitening
    /// The atoms, in whitened coordinates, shape `[atoms, components]`.
    public let dictionary: AtomDictionary
    /// The penalty of each coefficient, at least 0, shape `[atoms]`, in units of the response.
    public let penalties: [Float]
    /// The rates of the exponential priors of the coefficients: one over their mean, shape `[atoms]`.
    public let rates: [Float]
    /// The share of coefficients that are not zero on the samples, in `0...1`.
    public let density: Float
    /// The objective after each pass of dictionary learning, as a share of what codes of zero cost.
    public let learningCurve: [Float]

    /// Creates parameters from stored numbers.
    public init(
        configuration: LayerConfiguration,
        inputChannels: Int,
        whitening: Whitening,
        dictionary: AtomDictionary,
        penalties: [Float],
        rates: [Float],
        density: Float,
        learningCurve: [Float]
    ) {
        self.configuration = configuration
        self.inputChannels = inputChannels
        self.whitening = whitening
        self.dictionary = dictionary
        self.penalties = penalties
        self.rates = rates
        self.density = density
        self.learningCurve = learningCurve
    }

    /// The windows over the input map.
    public var grid: PatchGrid {
        PatchGrid(window: configuration.window, stride: configuration.stride)
    }

    /// The prior of the coefficients.
    public var prior: ExponentialPrior {
        ExponentialPrior(rates: rates, signed: configuration.signed)
    }

    /// The contrast normalisation of the patches.
    public var contrast: ContrastNormalization? {
        configuration.contrast.map(ContrastNormalization.init(constant:))
    }

    /// Learns a layer from sample patches.
    ///
    /// - Parameters:
    ///   - configuration: The declaration.
    ///   - inputChannels: The channels of the input maps.
    ///   - samples: Contrast-normalised patches, shape `[count, depth]`.
    ///   - seed: Makes the result reproducible.
    ///   - kernels: The kernels for the products.
    public init(
        learning configuration: LayerConfiguration,
        inputChannels: Int,
        samples: Matrix,
        seed: UInt64,
        kernels: Kernels
    ) {
        let whitening = Whitening(
            samples: samples,
            components: configuration.components,
            epsilon: configuration.whiteningEpsilon,
            kernels: kernels
        )
        let whitened = whitening.apply(to: samples, kernels: kernels)
        let learned = configuration.learning.learn(
            atoms: configuration.atoms,
            signed: configuration.signed,
            from: whitened,
            seed: seed,
            kernels: kernels
        )
        let responses = kernels.multiply(whitened, learned.dictionary.atoms.transposed)
        let count = configuration.atoms
        let penalties =
            if let rate = configuration.activationRate {
                CoefficientPenalties.activation(
                    rate: rate,
                    of: responses,
                    signed: configuration.signed
                )
            } else {
                CoefficientPenalties.spread(configuration.sparsityPenalty, of: responses)
            }
        var sums = [Double](repeating: 0, count: count)
        var active = 0
        for (index, value) in responses.elements.enumerated() {
            let atom = index % count
            let magnitude = configuration.signed ? abs(value) : value
            if magnitude > penalties[atom] {
                sums[atom] += Double(magnitude - penalties[atom])
                active += 1
            }
        }
        self.init(
            configuration: configuration,
            inputChannels: inputChannels,
            whitening: whitening,
            dictionary: learned.dictionary,
            penalties: penalties,
            rates: ExponentialPrior(
                magnitudes: sums,
                count: responses.rows,
                signed: configuration.signed
            ).rates,
            density: Float(active) / Float(max(1, responses.elements.count)),
            learningCurve: learned.learningCurve
        )
    }
}
