/// Where each parameter of a network lies in one flat vector.
///
/// Layer by layer (the hidden layer last) kernels, then penalties; then the read-out, then the
/// offset.
package struct ParameterLayout: Sendable, Equatable {
    package let kernels: [Range<Int>]
    package let penalties: [Range<Int>]
    package let readout: Range<Int>
    package let offset: Int

    package init(_ configuration: ThresholdNetworkConfiguration) {
        var next = 0
        func take(_ count: Int) -> Range<Int> {
            defer { next += count }
            return next..<next + count
        }
        var kernels: [Range<Int>] = []
        var penalties: [Range<Int>] = []
        for (index, layer) in configuration.allLayers.enumerated() {
            let depth = layer.depth(inputs: configuration.inputs(ofLayer: index))
            kernels.append(take(layer.channels * depth))
            penalties.append(take(layer.channels))
        }
        self.kernels = kernels
        self.penalties = penalties
        readout = take(configuration.features)
        offset = next
    }

    package var count: Int { offset + 1 }
}
