/// A network of thresholding layers with a read-out at each place: the declared part.
public struct ThresholdNetworkConfiguration: Sendable, Equatable, Codable {
    /// How a map that is coarser than the output grid is brought to it.
    public enum Enlargement: String, Sendable, Codable, CaseIterable {
        /// Each output place reads the place that it lies in.
        case nearest
        /// Each output place reads the four places around it.
        case bilinear
    }

    /// The channels of the input maps.
    public var inputChannels: Int
    /// The layers, first to last.
    public var layers: [ThresholdLayerConfiguration]
    /// The maps that the head reads: 0 is the standardised input, `l` the codes of the `l`-th
    /// layer.
    public var readMaps: [Int]
    /// Places of the input from one output place to the next, in each direction.
    public var gridStride: Int
    /// How coarser maps are brought to the output grid; finer ones are averaged.
    public var enlargement: Enlargement
    /// A thresholding layer between the maps that are read and the linear read-out, or nil.
    public var hidden: ThresholdLayerConfiguration?

    /// Creates a declaration.
    public init(
        inputChannels: Int,
        layers: [ThresholdLayerConfiguration],
        readMaps: [Int],
        gridStride: Int,
        enlargement: Enlargement = .bilinear,
        hidden: ThresholdLayerConfiguration? = nil
    ) {
        self.inputChannels = inputChannels
        self.layers = layers
        self.readMaps = readMaps
        self.gridStride = gridStride
        self.enlargement = enlargement
        self.hidden = hidden
    }

    /// The channels of map `index`: of the input for 0, else of a layer's codes.
    public func channels(ofMap index: Int) -> Int {
        index == 0 ? inputChannels : layers[index - 1].channels
    }

    /// Places of the input from one place of map `index` to the next.
    public func stride(ofMap index: Int) -> Int {
        layers.prefix(index).reduce(1) { $0 * $1.outputStride }
    }

    /// The channels of all maps that are read, together.
    public var readChannels: Int { readMaps.reduce(0) { $0 + channels(ofMap: $1) } }

    /// The numbers that the linear read-out weighs at each place.
    public var features: Int { hidden?.channels ?? readChannels }

    /// The layers and, behind them, the hidden layer of the head if there is one.
    public var allLayers: [ThresholdLayerConfiguration] { layers + (hidden.map { [$0] } ?? []) }

    /// The input channels of layer `index` of ``allLayers``.
    public func inputs(ofLayer index: Int) -> Int {
        index < layers.count ? channels(ofMap: index) : readChannels
    }

    /// The size of the output for an input of this size.
    public func outputSize(height: Int, width: Int) -> (rows: Int, columns: Int) {
        ((height + gridStride - 1) / gridStride, (width + gridStride - 1) / gridStride)
    }

    /// What is wrong with the declaration, or nil.
    public var problem: String? {
        if inputChannels < 1 || inputChannels > 16384 {
            return "inputChannels must be in 1...16384, found \(inputChannels)"
        }
        if layers.count > 64 { return "at most 64 layers, found \(layers.count)" }
        var reached = 1
        for (index, layer) in layers.enumerated() {
            if let problem = layer.problem { return "layer \(index + 1): \(problem)" }
            // Checked layer by layer, before the product of all strides could overflow.
            reached *= layer.outputStride
            if reached > 1 << 20 { return "the stride of layer \(index + 1) is above 2^20" }
        }
        if gridStride < 1 || gridStride > 1024 {
            return "gridStride must be in 1...1024, found \(gridStride)"
        }
        if readMaps.isEmpty { return "readMaps is empty" }
        if Set(readMaps).count != readMaps.count { return "readMaps names a map twice" }
        for index in readMaps {
            guard index >= 0, index <= layers.count else {
                return "readMaps must be in 0...\(layers.count), found \(index)"
            }
            let stride = stride(ofMap: index)
            if stride % gridStride != 0 && gridStride % stride != 0 {
                return
                    "map \(index) has stride \(stride), which does not fit gridStride \(gridStride)"
            }
        }
        if !readMaps.contains(layers.count) { return "the last layer is not read" }
        if let hidden {
            if let problem = hidden.problem { return "hidden: \(problem)" }
            if hidden.outputStride != 1 { return "hidden: stride and pooling must be 1" }
        }
        return nil
    }
}
