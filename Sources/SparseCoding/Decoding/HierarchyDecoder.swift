internal import Patches
public import Tensors

/// What one layer makes of one image, at the resolution of its windows.
public struct LayerAnalysis: Sendable {
    /// What the layer read: the image as it is coded, or the pooled codes of the layer below.
    public let input: FeatureMap
    /// The codes before pooling, shape `[grid height, grid width, channels]`.
    public let codes: FeatureMap
    /// The squared error of each whitened patch's reconstruction from its codes, `|x - Phi a|^2`, shape of the grid.
    public let error: Matrix
    /// The negative log posterior of each window, see ``LayerResponse/energy``, shape of the grid.
    public let energy: Matrix
    /// The image as the codes of this layer have it, decoded down to pixels; may leave `[0, 1]`.
    public let reconstruction: FeatureMap
    /// What the codes of each window were multiplied by for it, see ``LayerDecoder/gains(of:)``, shape of the grid.
    public let gains: Matrix
}

/// An encoder that also runs backwards: images to codes, and codes to images.
public struct HierarchyDecoder: Sendable {
    /// The layers, first to last.
    public let layers: [LayerDecoder]
    /// The encoder.
    public let encoder: ImageEncoder
    /// The layers without pooling: codes of each window.
    private let unpooled: [Layer]
    private let kernels: Kernels

    /// Prepares an encoder for one set of kernels.
    public init(
        configuration: EncoderConfiguration,
        layers: [LayerParameters],
        kernels: Kernels
    ) {
        self.kernels = kernels
        self.layers = layers.map { LayerDecoder(parameters: $0, kernels: kernels) }
        encoder = ImageEncoder(
            configuration: configuration,
            layers: layers.map { Layer(parameters: $0, kernels: kernels) }
        )
        unpooled = layers.map { Layer(parameters: $0.unpooled, kernels: kernels) }
    }

    /// The codes of each window of an image, layer by layer.
    ///
    /// - Parameter image: Of at least the working size, in `[0, 1]`.
    /// - Returns: The codes before pooling, one map per layer.
    public func codes(of image: FeatureMap) -> [FeatureMap] {
        let pooled = encoder.encode(image).map(\.codes)
        return unpooled.indices.map { index in
            layers[index].parameters.configuration.pooling == 1
                ? pooled[index]
                : unpooled[index].encode(index == 0 ? encoder.prepare(image) : pooled[index - 1])
                    .codes
        }
    }

    /// Codes an image and decodes the codes of each layer down to pixels.
    ///
    /// Layer by layer downwards, each decoded map takes the place of the codes that were found, with negative numbers cut
    /// off, as codes can't be. The moments of windows, where patches are normalised, and the gains are those of the image.
    ///
    /// - Parameter image: Of at least the working size, in `[0, 1]`.
    /// - Returns: One analysis per layer, first to last.
    public func analyze(_ image: FeatureMap) -> [LayerAnalysis] {
        var inputs = [encoder.prepare(image)]
        for layer in encoder.layers { inputs.append(layer.encode(inputs[inputs.count - 1]).codes) }
        let responses = zip(unpooled, inputs).map { $0.encode($1, includingEnergy: true) }
        let gains = zip(layers, responses).map { $0.gains(of: $1.codes) }
        // Further down only what is said several times is taken back: factors above 1, which make up for the
        // penalty where codes are small, would blow up decoded codes that are not.
        let lowerGains = gains.map { gains in
            Matrix(
                rows: gains.rows,
                columns: gains.columns,
                filledWith: gains.elements.map { min($0, 1) }
            )
        }
        return responses.indices.map { top in
            let response = responses[top]
            var map = response.codes
            for index in (0...top).reversed() {
                if index < top {
                    for place in map.elements.indices {
                        map.elements[place] = max(0, map.elements[place])
                    }
                }
                map = layers[index].decode(
                    map,
                    size: (inputs[index].height, inputs[index].width),
                    moments: (responses[index].mean, responses[index].variance),
                    gains: index == top ? gains[top] : lowerGains[index]
                )
            }
            let energy = response.energy ?? Matrix(rows: 0, columns: 0)
            return LayerAnalysis(
                input: inputs[top],
                codes: response.codes,
                error: error(of: response.codes, energy: energy, layer: top),
                energy: energy,
                reconstruction: restored(map, as: image),
                gains: gains[top]
            )
        }
    }

    /// Undoes the normalisation of the whole image.
    private func restored(_ map: FeatureMap, as image: FeatureMap) -> FeatureMap {
        guard let constant = encoder.configuration.imageNormalization else { return map }
        return ImageNormalization(constant: constant).undo(map, of: encoder.resize(image))
    }

    /// The squared errors that energies hold beside the cost of the codes.
    private func error(of codes: FeatureMap, energy: Matrix, layer: Int) -> Matrix {
        let parameters = layers[layer].parameters
        let (rates, channels) = (parameters.rates, codes.channels)
        var errors = energy
        for place in errors.elements.indices {
            var cost: Float = 0
            for channel in 0..<channels {
                cost += rates[channel % rates.count] * codes.elements[place * channels + channel]
            }
            errors.elements[place] =
                max(0, energy.elements[place] - cost) * 2 * parameters.noiseVariance
        }
        return errors
    }
}

extension LayerParameters {
    /// The same layer without pooling.
    var unpooled: LayerParameters {
        var declared = configuration
        declared.pooling = 1
        return LayerParameters(
            configuration: declared,
            inputChannels: inputChannels,
            whitening: whitening,
            dictionary: dictionary,
            penalties: penalties,
            rates: rates,
            noiseVariance: noiseVariance,
            density: density,
            learningCurve: learningCurve
        )
    }

    /// The mean of ``LayerAnalysis/error`` on the samples that the layer was learned from.
    public var usualError: Float { Float(dictionary.components) * noiseVariance }

    /// The mean of ``LayerAnalysis/energy`` on those samples: half a nat per component and one per atom, since rates and
    /// noise are those of maximum likelihood; less where an atom is used so rarely that its rate is at the largest allowed.
    public var usualEnergy: Float { Float(dictionary.components) / 2 + Float(dictionary.count) }
}
