internal import Tensors

extension ThresholdNetwork {
    /// The loss of one example.
    public func loss(of example: TrainingExample, _ loss: NetworkLoss) -> LossValue {
        let trace = forward(example.input)
        defer { recycle(trace) }
        return evaluate(trace, example: example, loss: loss, share: 1).value
    }

    /// The mean loss of examples and its gradient.
    ///
    /// - Parameters:
    ///   - examples: Examples of any sizes.
    ///   - loss: Without a problem for this network.
    /// - Returns: The loss, and the gradient of all parameters in the shape of the parameters. A
    ///   penalty's gradient is not projected.
    public func gradient(
        over examples: [TrainingExample],
        _ loss: NetworkLoss
    ) -> (loss: LossValue, gradient: ThresholdNetworkParameters) {
        var gradient = [Float](repeating: 0, count: layout.count)
        var sum = LossValue()
        for example in examples {
            sum += addGradient(
                of: example,
                loss,
                share: 1 / Float(max(1, examples.count)),
                to: &gradient
            )
        }
        return (sum, parameters.replacing(gradient))
    }

    /// Adds `share` times the gradient of one example, in the order of ``ParameterLayout``.
    ///
    /// - Returns: `share` times the loss.
    func addGradient(
        of example: TrainingExample,
        _ loss: NetworkLoss,
        share: Float,
        to gradient: inout [Float]
    ) -> LossValue {
        let trace = forward(example.input)
        defer { recycle(trace) }
        let (value, slopes) = evaluate(trace, example: example, loss: loss, share: share)
        var carried = addReadoutGradient(trace.features, slopes: slopes, to: &gradient)
        let count = configuration.layers.count
        if configuration.hidden != nil {
            let read = backward(count, &carried, trace, loss, share: share, to: &gradient)
            pool.recycle(carried)
            guard let read else { return value }
            carried = read
        }
        // Gradients of the maps that are read; index 0 is the input, which takes none.
        var outputs: [FeatureMap?] = trace.layers.prefix(count).map { layer in
            pool.map(
                height: layer.output.height,
                width: layer.output.width,
                channels: layer.output.channels,
                zero: true
            )
        }
        var first = 0
        for index in configuration.readMaps {
            if index > 0, var output = outputs[index - 1] {
                outputs[index - 1] = nil
                resampling(
                    of: output,
                    index: index,
                    rows: carried.height,
                    columns: carried.width
                )
                .applyTransposed(carried, first: first, addingTo: &output, kernels: kernels)
                outputs[index - 1] = output
            }
            first += configuration.channels(ofMap: index)
        }
        pool.recycle(carried)
        var below: FeatureMap?
        for index in (0..<count).reversed() {
            guard var output = outputs[index] else { continue }
            outputs[index] = nil
            if let below {
                add(below, to: &output)
                pool.recycle(below)
            }
            below = backward(index, &output, trace, loss, share: share, to: &gradient)
            pool.recycle(output)
        }
        return value
    }

    private func backward(
        _ index: Int,
        _ outputGradient: inout FeatureMap,
        _ trace: Trace,
        _ loss: NetworkLoss,
        share: Float,
        to gradient: inout [Float]
    ) -> FeatureMap? {
        let codes = trace.layers[index].codes
        let scale = share / Float(max(1, codes.height * codes.width))
        let offset = loss.rates(ofLayer: index, channels: codes.channels).map { $0 * scale }
        return unsafe gradient.withUnsafeMutableBufferPointer { buffer -> FeatureMap? in
            guard let start = buffer.baseAddress else { return nil }
            return unsafe layers[index].backward(
                &outputGradient,
                trace: trace.layers[index],
                codeOffset: offset,
                kernelGradient: start + layout.kernels[index].lowerBound,
                penaltyGradient: start + layout.penalties[index].lowerBound
            )
        }
    }

    /// The loss, and its derivative by the logit of each place, both times `share`.
    private func evaluate(
        _ trace: Trace,
        example: TrainingExample,
        loss: NetworkLoss,
        share: Float
    ) -> (value: LossValue, slopes: [Float]) {
        let logits = trace.logits
        let target = example.target
        precondition(
            target.rows == logits.rows && target.columns == logits.columns,
            "the target has another shape than the output grid"
        )
        if let weight = example.weight {
            precondition(
                weight.rows == logits.rows && weight.columns == logits.columns,
                "the weight has another shape than the output grid"
            )
        }
        var value = LossValue()
        let count = logits.elements.count
        let scale = Double(share) / Double(count)
        var slopes = [Double](repeating: 0, count: count)
        for place in 0..<count {
            let weight = Double(example.weight?.elements[place] ?? 1) * scale
            let (part, slope) = loss.place(
                logit: Double(logits.elements[place]),
                target: Double(target.elements[place])
            )
            value.places += weight * part
            slopes[place] = weight * slope
        }
        if loss.imageWeight > 0 {
            let weight = Double(loss.imageWeight) * Double(share)
            let (part, shares) = loss.image(
                logits: logits.elements,
                target: Double(example.imageTarget)
            )
            value.image = weight * part
            for (place, slope) in shares { slopes[place] += weight * slope }
        }
        value.prior = Double(share) * prior(trace, loss)
        return (value, slopes.map { Float($0) })
    }

    private func prior(_ trace: Trace, _ loss: NetworkLoss) -> Double {
        var sum = 0.0
        for (index, layer) in trace.layers.enumerated()
        where index < loss.rates.count && !loss.rates[index].isEmpty {
            let codes = layer.codes
            let rates = loss.rates(ofLayer: index, channels: codes.channels)
            var means = [Float](repeating: 0, count: codes.channels)
            unsafe codes.elements.withUnsafeBufferPointer { codes in
                unsafe means.withUnsafeMutableBufferPointer { means in
                    guard let source = codes.baseAddress, let means = means.baseAddress
                    else { return }
                    let channels = layer.codes.channels
                    for start in stride(from: 0, to: codes.count, by: channels) {
                        let row = unsafe source + start
                        unsafe kernels.addScaled(1, row, to: means, count: channels)
                    }
                }
            }
            let places = Double(max(1, codes.height * codes.width))
            for (mean, rate) in zip(means, rates) { sum += Double(rate) * Double(mean) / places }
        }
        return sum
    }

    /// Adds the gradient of the read-out and returns that of the features.
    private func addReadoutGradient(
        _ features: FeatureMap,
        slopes: [Float],
        to gradient: inout [Float]
    ) -> FeatureMap {
        let channels = features.channels
        var result = pool.map(
            height: features.height,
            width: features.width,
            channels: channels,
            zero: true
        )
        unsafe gradient.withUnsafeMutableBufferPointer { gradient in
            unsafe features.elements.withUnsafeBufferPointer { features in
                unsafe result.elements.withUnsafeMutableBufferPointer { result in
                    unsafe parameters.readout.withUnsafeBufferPointer { weights in
                        guard let gradient = gradient.baseAddress,
                            let features = features.baseAddress, let result = result.baseAddress,
                            let weights = weights.baseAddress
                        else { return }
                        let readout = unsafe gradient + layout.readout.lowerBound
                        for (place, slope) in slopes.enumerated() where slope != 0 {
                            let start = place * channels
                            unsafe kernels.addScaled(
                                slope,
                                features + start,
                                to: readout,
                                count: channels
                            )
                            unsafe kernels.addScaled(
                                slope,
                                weights,
                                to: result + start,
                                count: channels
                            )
                            unsafe gradient[layout.offset] += slope
                        }
                    }
                }
            }
        }
        return result
    }

    private func add(_ map: FeatureMap, to sum: inout FeatureMap) {
        unsafe map.elements.withUnsafeBufferPointer { source in
            unsafe sum.elements.withUnsafeMutableBufferPointer { out in
                guard let source = source.baseAddress, let out = out.baseAddress else { return }
                unsafe kernels.addScaled(1, source, to: out, count: map.elements.count)
            }
        }
    }
}
