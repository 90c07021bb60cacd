public import Tensors

/// A network of thresholding layers with a linear read-out at each place, ready to run.
///
/// A layer's codes are `max(0, W x - lambda)` over the windows of its input: one step of sparse
/// inference. At each place of the output grid the logit is a weighted sum of the codes of the maps
/// that are read, each brought to the grid.
///
/// > Source: Bowren, "A Sparse Coding Interpretation of Neural Networks and Theoretical
/// > Implications" (arXiv 2108.06622).
public struct ThresholdNetwork: Sendable {
    /// What the network has learned.
    public let parameters: ThresholdNetworkParameters
    let kernels: Kernels
    let layers: [ThresholdLayer]
    let layout: ParameterLayout
    let pool: BufferPool

    /// Prepares a network for one set of kernels.
    public init(parameters: ThresholdNetworkParameters, kernels: Kernels) {
        self.init(parameters: parameters, kernels: kernels, pool: BufferPool())
    }

    /// Prepares a network that shares its memory with another.
    init(parameters: ThresholdNetworkParameters, kernels: Kernels, pool: BufferPool) {
        self.pool = pool
        self.parameters = parameters
        self.kernels = kernels
        let configuration = parameters.configuration
        layout = ParameterLayout(configuration)
        layers = configuration.allLayers.enumerated().map { index, layer in
            ThresholdLayer(
                layer,
                parameters: parameters.layers[index],
                inputs: configuration.inputs(ofLayer: index),
                passesGradient: index == configuration.layers.count
                    ? configuration.readMaps != [0] : index > 0,
                kernels: kernels,
                pool: pool
            )
        }
    }

    /// The declaration of the network.
    public var configuration: ThresholdNetworkConfiguration { parameters.configuration }

    /// The logit of each place of the output grid.
    ///
    /// - Parameter map: Shape `[height, width, configuration.inputChannels]`, with at least one
    ///   place.
    /// - Returns: Shape `[ceil(height / gridStride), ceil(width / gridStride)]`.
    /// - Complexity: Per layer, `places * channels * depth` multiply-adds.
    public func logits(of map: FeatureMap) -> Matrix {
        let trace = forward(map)
        recycle(trace)
        return trace.logits
    }

    /// The codes of each layer before pooling, the hidden layer's last.
    ///
    /// - Parameter map: Shape `[height, width, configuration.inputChannels]`, with at least one
    ///   place.
    /// - Returns: One map for each of `configuration.allLayers`.
    public func codes(of map: FeatureMap) -> [FeatureMap] { forward(map).layers.map(\.codes) }

    /// What the linear read-out weighs: the maps that are read, on the output grid, or the hidden
    /// layer's codes.
    ///
    /// - Parameter map: Shape `[height, width, configuration.inputChannels]`, with at least one
    ///   place.
    /// - Returns: Shape `[rows, columns, features]` of the output grid.
    public func features(of map: FeatureMap) -> FeatureMap { forward(map).features }

    /// What the way back needs of the way forward.
    struct Trace {
        /// The standardised input.
        var input: FeatureMap
        /// Of each layer, the hidden one last.
        var layers: [ThresholdLayer.Trace] = []
        /// What the read-out weighs.
        var features: FeatureMap
        var logits: Matrix
    }

    func forward(_ map: FeatureMap) -> Trace {
        precondition(map.channels == configuration.inputChannels, "the map has other channels")
        precondition(map.height > 0 && map.width > 0, "the map is empty")
        let standardized = standardized(map)
        var traces: [ThresholdLayer.Trace] = []
        for layer in layers.prefix(configuration.layers.count) {
            traces.append(layer.forward(traces.last?.output ?? standardized))
        }
        let (rows, columns) = configuration.outputSize(height: map.height, width: map.width)
        var features = pool.map(
            height: rows,
            width: columns,
            channels: configuration.readChannels,
            zero: true
        )
        var first = 0
        for index in configuration.readMaps {
            let source = index == 0 ? standardized : traces[index - 1].output
            resampling(of: source, index: index, rows: rows, columns: columns)
                .apply(source, into: &features, first: first, kernels: kernels)
            first += source.channels
        }
        if configuration.hidden != nil {
            let read = features
            let hidden = layers[layers.count - 1].forward(read)
            traces.append(hidden)
            features = hidden.output
            if hidden.padded.width != read.width { pool.recycle(read) }
        }
        return Trace(
            input: standardized,
            layers: traces,
            features: features,
            logits: readOut(features)
        )
    }

    /// Gives the memory of a trace back.
    func recycle(_ trace: Trace) {
        if !parameters.standardization.isIdentity { pool.recycle(trace.input) }
        for (index, layer) in trace.layers.enumerated() { layers[index].recycle(layer) }
        if let hidden = configuration.hidden {
            // A hidden layer of single places reads the features where they lie.
            if hidden.reach == 0 { pool.recycle(trace.layers[trace.layers.count - 1].padded) }
        } else {
            pool.recycle(trace.features)
        }
    }

    private func standardized(_ map: FeatureMap) -> FeatureMap {
        if parameters.standardization.isIdentity { return map }
        var result = pool.map(
            height: map.height,
            width: map.width,
            channels: map.channels,
            zero: false
        )
        unsafe map.elements.withUnsafeBufferPointer { source in
            unsafe result.elements.withUnsafeMutableBufferPointer { out in
                _ = unsafe out.update(fromContentsOf: source)
            }
        }
        parameters.standardization.apply(inPlace: &result)
        return result
    }

    func resampling(of map: FeatureMap, index: Int, rows: Int, columns: Int) -> GridResampling {
        GridResampling(
            height: map.height,
            width: map.width,
            stride: configuration.stride(ofMap: index),
            toRows: rows,
            toColumns: columns,
            gridStride: configuration.gridStride,
            enlargement: configuration.enlargement
        )
    }

    private func readOut(_ features: FeatureMap) -> Matrix {
        var logits = Matrix(rows: features.height, columns: features.width)
        let channels = features.channels
        unsafe features.elements.withUnsafeBufferPointer { features in
            unsafe parameters.readout.withUnsafeBufferPointer { weights in
                guard let features = features.baseAddress, let weights = weights.baseAddress
                else { return }
                for place in logits.elements.indices {
                    let row = unsafe features + place * channels
                    logits.elements[place] =
                        unsafe kernels.dot(row, weights, count: channels) + parameters.offset
                }
            }
        }
        return logits
    }
}
