internal import Tensors

/// What a network of thresholding layers has learned: the stored part of a network.
public struct ThresholdNetworkParameters: Sendable, Equatable {
    /// The declaration that the numbers belong to.
    public let configuration: ThresholdNetworkConfiguration
    /// The fixed standardisation of the input.
    public var standardization: InputStandardization
    /// The layers, first to last; the hidden layer of the head, if any, is the last one.
    public var layers: [ThresholdLayerParameters]
    /// The weights of the read-out, shape `[features]`: of all maps that are read, in order, or of
    /// the hidden layer.
    public var readout: [Float]
    /// The logit of a place where all features are zero.
    public var offset: Float

    /// Creates parameters from stored numbers.
    ///
    /// - Parameters:
    ///   - configuration: A declaration without a problem.
    ///   - standardization: Of `configuration.inputChannels` channels.
    ///   - layers: One for each of `configuration.allLayers`.
    ///   - readout: Shape `[configuration.features]`.
    ///   - offset: The logit where all features are zero.
    /// - Throws: ``ThresholdNetworkError`` when the declaration has a problem, a shape does not fit
    ///   it, a number is not finite or a penalty of a layer that keeps its prior is negative.
    public init(
        configuration: ThresholdNetworkConfiguration,
        standardization: InputStandardization,
        layers: [ThresholdLayerParameters],
        readout: [Float],
        offset: Float
    ) throws(ThresholdNetworkError) {
        self.init(
            configuration,
            standardization: standardization,
            layers: layers,
            readout: readout,
            offset: offset
        )
        if let problem { throw ThresholdNetworkError(problem: problem) }
    }

    private init(
        _ configuration: ThresholdNetworkConfiguration,
        standardization: InputStandardization,
        layers: [ThresholdLayerParameters],
        readout: [Float],
        offset: Float
    ) {
        self.configuration = configuration
        self.standardization = standardization
        self.layers = layers
        self.readout = readout
        self.offset = offset
    }

    /// What is wrong with the numbers, or nil.
    public var problem: String? {
        if let problem = configuration.problem { return problem }
        if let problem = standardization.problem(channels: configuration.inputChannels) {
            return problem
        }
        let declared = configuration.allLayers
        if layers.count != declared.count {
            return "\(layers.count) layers are given, \(declared.count) are declared"
        }
        for (index, layer) in layers.enumerated() {
            let (found, wanted) = (layer.kernels, declared[index])
            let depth = wanted.depth(inputs: configuration.inputs(ofLayer: index))
            if found.rows != wanted.channels || found.columns != depth {
                return "kernels of layer \(index + 1) have shape [\(found.rows), \(found.columns)],"
                    + " expected [\(wanted.channels), \(depth)]"
            }
            if layer.penalties.count != wanted.channels {
                return "layer \(index + 1) has \(layer.penalties.count) penalties,"
                    + " expected \(wanted.channels)"
            }
            if !found.elements.allSatisfy(\.isFinite) || !layer.penalties.allSatisfy(\.isFinite) {
                return "a number of layer \(index + 1) is not finite"
            }
            if wanted.keepsPrior, layer.penalties.contains(where: { $0 < 0 }) {
                return "a penalty of layer \(index + 1) is negative"
            }
        }
        if readout.count != configuration.features {
            return "the read-out has \(readout.count) weights, expected \(configuration.features)"
        }
        if !readout.allSatisfy(\.isFinite) || !offset.isFinite {
            return "a number of the read-out is not finite"
        }
        return nil
    }

    /// All parameters in the order of ``ParameterLayout``.
    package var flattened: [Float] {
        var result: [Float] = []
        for layer in layers { result += layer.kernels.elements + layer.penalties }
        return result + readout + [offset]
    }

    /// The same network with other numbers, in the order of ``ParameterLayout``.
    package func replacing(_ flattened: [Float]) -> ThresholdNetworkParameters {
        let layout = ParameterLayout(configuration)
        precondition(flattened.count == layout.count, "the vector is of another network")
        let replaced = layers.indices.map { index in
            ThresholdLayerParameters(
                kernels: Matrix(
                    rows: layers[index].kernels.rows,
                    columns: layers[index].kernels.columns,
                    filledWith: Array(flattened[layout.kernels[index]])
                ),
                matching: Array(flattened[layout.penalties[index]])
            )
        }
        return ThresholdNetworkParameters(
            configuration,
            standardization: standardization,
            layers: replaced,
            readout: Array(flattened[layout.readout]),
            offset: flattened[layout.offset]
        )
    }

    /// Draws a network to start training from.
    ///
    /// Kernels are normal with variance `2 / depth`, penalties are `penalty`, the read-out is
    /// normal with variance `1 / features` and the offset zero.
    ///
    /// - Parameters:
    ///   - configuration: The network.
    ///   - standardization: Of `configuration.inputChannels` channels.
    ///   - given: Layers that are known already, by their place in `configuration.allLayers`.
    ///   - penalty: The penalties of the other layers, at least 0.
    ///   - seed: Equal seeds give equal networks; each layer has a stream of its own.
    /// - Returns: Parameters without a problem.
    /// - Throws: ``ThresholdNetworkError`` when something does not fit.
    ///
    /// > Source: He, Zhang, Ren, Sun (2015), "Delving deep into rectifiers", section 2.2.
    public static func random(
        _ configuration: ThresholdNetworkConfiguration,
        standardization: InputStandardization,
        given: [Int: ThresholdLayerParameters] = [:],
        penalty: Float = 0,
        seed: UInt64
    ) throws(ThresholdNetworkError) -> ThresholdNetworkParameters {
        if let problem = configuration.problem { throw ThresholdNetworkError(problem: problem) }
        var layers: [ThresholdLayerParameters] = []
        for (index, layer) in configuration.allLayers.enumerated() {
            if let known = given[index] {
                layers.append(known)
                continue
            }
            let depth = layer.depth(inputs: configuration.inputs(ofLayer: index))
            layers.append(
                ThresholdLayerParameters(
                    kernels: Matrix(
                        rows: layer.channels,
                        columns: depth,
                        filledWith: normals(
                            layer.channels * depth,
                            variance: 2 / Double(depth),
                            seed: seed,
                            stream: UInt64(index + 1)
                        )
                    ),
                    matching: [Float](repeating: penalty, count: layer.channels)
                )
            )
        }
        return try ThresholdNetworkParameters(
            configuration: configuration,
            standardization: standardization,
            layers: layers,
            readout: normals(
                configuration.features,
                variance: 1 / Double(configuration.features),
                seed: seed,
                stream: 0
            ),
            offset: 0
        )
    }

    private static func normals(
        _ count: Int,
        variance: Double,
        seed: UInt64,
        stream: UInt64
    ) -> [Float] {
        var generator = SeededGenerator(seed: seed, stream: stream)
        let deviation = variance.squareRoot()
        return (0..<count).map { _ in Float(generator.nextNormal() * deviation) }
    }
}
