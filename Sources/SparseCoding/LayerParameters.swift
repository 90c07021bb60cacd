public import Patches
public import Tensors

/// What a layer has learned: the stored part of a layer.
public struct LayerParameters: Sendable, Equatable, Codable {
    /// The declaration it was learned for.
    public let configuration: LayerConfiguration
    /// The channels of its input maps.
    public let inputChannels: Int
    /// The whitening of its patches; nil where the declaration has none.
    public let whitening: Whitening?
    /// The atoms, in whitened coordinates (of a patch as it is where there is no whitening), shape `[atoms, components]`.
    public let dictionary: AtomDictionary
    /// The penalty of each coefficient, at least 0, shape `[atoms]`, in units of the response.
    public let penalties: [Float]
    /// The rates of the exponential priors of the coefficients: one over their mean, shape `[atoms]`.
    public let rates: [Float]
    /// The variance of a component that the codes leave on the samples, above 0: the noise of the generative model.
    ///
    /// The maximum likelihood for the found codes, as ``rates`` are: the mean of `|x - Phi a|^2 / components`.
    public let noiseVariance: Float
    /// The share of coefficients that are not zero on the samples, in `0...1`.
    public let density: Float
    /// The objective after each pass of dictionary learning, as a share of what codes of zero cost.
    public let learningCurve: [Float]

    /// Creates parameters from stored numbers.
    ///
    /// - Parameters:
    ///   - configuration: The declaration it was learned for.
    ///   - inputChannels: The channels of its input maps.
    ///   - whitening: The whitening of its patches, there exactly where the declaration has components.
    ///   - dictionary: The atoms, shape `[atoms, components]`.
    ///   - penalties: At least 0, shape `[atoms]`.
    ///   - rates: Above 0, shape `[atoms]`.
    ///   - noiseVariance: Above 0; 1, the variance of a whitened component, where it is not known.
    ///   - density: In `0...1`.
    ///   - learningCurve: The share of energy left after each pass.
    public init(
        configuration: LayerConfiguration,
        inputChannels: Int,
        whitening: Whitening?,
        dictionary: AtomDictionary,
        penalties: [Float],
        rates: [Float],
        noiseVariance: Float = 1,
        density: Float,
        learningCurve: [Float]
    ) {
        self.configuration = configuration
        self.inputChannels = inputChannels
        self.whitening = whitening
        self.dictionary = dictionary
        self.penalties = penalties
        self.rates = rates
        self.noiseVariance = noiseVariance
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
        let whitening = configuration.components.map {
            Whitening(
                samples: samples,
                components: $0,
                epsilon: configuration.whiteningEpsilon,
                kernels: kernels
            )
        }
        let patches = whitening?.apply(to: samples, kernels: kernels) ?? samples
        let learned = configuration.learning.learn(
            atoms: configuration.atoms,
            signed: configuration.signed,
            from: patches,
            seed: seed,
            kernels: kernels
        )
        let responses = kernels.multiply(patches, learned.dictionary.atoms.transposed)
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
        let statistics = CodeStatistics(
            of: patches,
            coder: SparseCoder(
                dictionary: learned.dictionary,
                penalties: penalties,
                inference: configuration.inference,
                signed: configuration.signed,
                kernels: kernels
            )
        )
        self.init(
            configuration: configuration,
            inputChannels: inputChannels,
            whitening: whitening,
            dictionary: learned.dictionary,
            penalties: penalties,
            rates: statistics.rates,
            noiseVariance: statistics.noiseVariance,
            density: statistics.density,
            learningCurve: learned.learningCurve
        )
    }

    /// The coder of the layer's patches.
    func coder(kernels: Kernels) -> SparseCoder {
        SparseCoder(
            dictionary: dictionary,
            penalties: penalties,
            inference: configuration.inference,
            signed: configuration.signed,
            kernels: kernels
        )
    }
}
