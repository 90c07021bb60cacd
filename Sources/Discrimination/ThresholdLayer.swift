internal import Tensors

/// One thresholding layer, packed for a set of kernels, forward and backward.
struct ThresholdLayer: Sendable {
    let configuration: ThresholdLayerConfiguration
    let inputs: Int
    let depth: Int
    /// Kernels as right factors `[depth, channels]`: one for a solid window, one per window row for
    /// a dilated one.
    private let filters: [PackedMatrix]
    /// Kernels as the right factor `[channels, depth]` of the way back; nil where no gradient goes
    /// further.
    private let transposedFilters: PackedMatrix?
    private let penalties: [Float]
    private let kernels: Kernels
    private let pool: BufferPool

    /// What the way back needs of the way forward.
    struct Trace {
        let padded: FeatureMap
        /// The codes before pooling.
        let codes: FeatureMap
        let inputHeight: Int
        let inputWidth: Int
        /// The pooled codes.
        let output: FeatureMap
    }

    init(
        _ configuration: ThresholdLayerConfiguration,
        parameters: ThresholdLayerParameters,
        inputs: Int,
        passesGradient: Bool,
        kernels: Kernels,
        pool: BufferPool
    ) {
        self.pool = pool
        self.configuration = configuration
        self.inputs = inputs
        self.kernels = kernels
        depth = configuration.depth(inputs: inputs)
        penalties = parameters.penalties
        let right = parameters.kernels.transposed
        if configuration.dilation == 1 {
            filters = [kernels.pack(right)]
        } else {
            let count = configuration.window * inputs * right.columns
            filters = (0..<configuration.window).map { row in
                kernels.pack(
                    Matrix(
                        rows: configuration.window * inputs,
                        columns: right.columns,
                        filledWith: Array(right.elements[row * count..<(row + 1) * count])
                    )
                )
            }
        }
        transposedFilters = passesGradient ? kernels.pack(parameters.kernels) : nil
    }

    private var border: MapBorder {
        MapBorder(width: configuration.reach, kind: configuration.border)
    }

    /// The windows of one row of the output, in as many products as there are ``filters``.
    private func windows(
        _ padded: UnsafePointer<Float>,
        paddedWidth: Int,
        row: Int,
        part: Int,
        count: Int
    ) -> Kernels.Left {
        let (window, dilation, stride) =
            (configuration.window, configuration.dilation, configuration.stride)
        let start = unsafe padded + (row * stride + part * dilation) * paddedWidth * inputs
        if dilation == 1 {
            return unsafe .init(
                start,
                rows: count,
                stride: stride * inputs,
                runs: window,
                runStride: paddedWidth * inputs,
                length: window * inputs
            )
        }
        return unsafe .init(
            start,
            rows: count,
            stride: stride * inputs,
            runs: window,
            runStride: dilation * inputs,
            length: inputs
        )
    }

    func forward(_ map: FeatureMap) -> Trace {
        let (stride, channels) = (configuration.stride, configuration.channels)
        let padded = border.adding(to: map, pool: pool)
        let height = (map.height + stride - 1) / stride
        let width = (map.width + stride - 1) / stride
        var codes = pool.map(height: height, width: width, channels: channels, zero: false)
        unsafe codes.elements.withUnsafeMutableBufferPointer { out in
            unsafe padded.elements.withUnsafeBufferPointer { source in
                unsafe penalties.withUnsafeBufferPointer { penalties in
                    guard let source = source.baseAddress, let out = out.baseAddress,
                        let penalties = penalties.baseAddress
                    else { return }
                    for y in 0..<height {
                        let row = unsafe out + y * width * channels
                        for (part, filter) in filters.enumerated() {
                            unsafe kernels.product(
                                windows(
                                    source,
                                    paddedWidth: padded.width,
                                    row: y,
                                    part: part,
                                    count: width
                                ),
                                filter,
                                into: row,
                                outStride: channels,
                                accumulate: part > 0
                            )
                        }
                        unsafe kernels.shrink(
                            row,
                            count: width,
                            columns: channels,
                            stride: channels,
                            penalty: penalties,
                            signed: false,
                            into: row,
                            outStride: channels
                        )
                    }
                }
            }
        }
        return Trace(
            padded: padded,
            codes: codes,
            inputHeight: map.height,
            inputWidth: map.width,
            output: pooled(codes)
        )
    }

    private func pooled(_ codes: FeatureMap) -> FeatureMap {
        let pooling = configuration.pooling
        if pooling == 1 { return codes }
        var output = pool.map(
            height: (codes.height + pooling - 1) / pooling,
            width: (codes.width + pooling - 1) / pooling,
            channels: codes.channels,
            zero: true
        )
        resampling(codes).apply(codes, into: &output, first: 0, kernels: kernels)
        return output
    }

    private func resampling(_ codes: FeatureMap) -> GridResampling {
        GridResampling(
            meansOf: configuration.pooling,
            height: codes.height,
            width: codes.width
        )
    }

    /// Takes the gradient of the output back to the parameters and the input.
    ///
    /// - Parameters:
    ///   - gradient: The gradient of the pooled codes; becomes that of the responses.
    ///   - trace: Of the way forward.
    ///   - codeOffset: Added to the gradient of each active code before pooling, shape
    ///     `[channels]`.
    ///   - kernelGradient: Receives, added, the gradient of the kernels, shape `[channels, depth]`.
    ///   - penaltyGradient: Receives, added, the gradient of the penalties, shape `[channels]`.
    /// - Returns: The gradient of the input, nil for a layer that passes none.
    func backward(
        _ gradient: inout FeatureMap,
        trace: Trace,
        codeOffset: [Float],
        kernelGradient: UnsafeMutablePointer<Float>,
        penaltyGradient: UnsafeMutablePointer<Float>
    ) -> FeatureMap? {
        let codes = trace.codes
        let channels = configuration.channels
        if configuration.pooling > 1 {
            var spread = pool.map(
                height: codes.height,
                width: codes.width,
                channels: channels,
                zero: true
            )
            resampling(codes).applyTransposed(
                gradient,
                first: 0,
                addingTo: &spread,
                kernels: kernels
            )
            pool.recycle(gradient)
            gradient = spread
        }
        let places = codes.height * codes.width
        var sums = [Float](repeating: 0, count: channels)
        unsafe codes.elements.withUnsafeBufferPointer { codes in
            unsafe codeOffset.withUnsafeBufferPointer { offset in
                unsafe gradient.elements.withUnsafeMutableBufferPointer { gradient in
                    unsafe sums.withUnsafeMutableBufferPointer { sums in
                        guard let codes = codes.baseAddress, let offset = offset.baseAddress,
                            let gradient = gradient.baseAddress, let sums = sums.baseAddress
                        else { return }
                        unsafe kernels.gate(
                            codes,
                            count: places,
                            columns: channels,
                            offset: offset,
                            gradient: gradient,
                            sum: sums
                        )
                    }
                }
            }
        }
        for channel in 0..<channels { unsafe penaltyGradient[channel] -= sums[channel] }
        unsafe addKernelGradient(gradient, padded: trace.padded, to: kernelGradient)
        guard let transposedFilters else { return nil }
        let padded = paddedGradient(gradient, transposedFilters, like: trace.padded)
        if border.width == 0 { return padded }
        var inputGradient = pool.map(
            height: trace.inputHeight,
            width: trace.inputWidth,
            channels: inputs,
            zero: true
        )
        border.addTransposed(padded, to: &inputGradient, kernels: kernels)
        pool.recycle(padded)
        return inputGradient
    }

    /// Gives the memory of a trace back.
    func recycle(_ trace: Trace) {
        if configuration.reach > 0 { pool.recycle(trace.padded) }
        if configuration.pooling > 1 { pool.recycle(trace.codes) }
        pool.recycle(trace.output)
    }

    private func addKernelGradient(
        _ gradient: FeatureMap,
        padded: FeatureMap,
        to out: UnsafeMutablePointer<Float>
    ) {
        let lineStride = configuration.stride * padded.width * inputs
        unsafe gradient.elements.withUnsafeBufferPointer { responses in
            unsafe padded.elements.withUnsafeBufferPointer { source in
                guard let responses = responses.baseAddress, let source = source.baseAddress
                else { return }
                for part in filters.indices {
                    unsafe kernels.transposedProduct(
                        responses,
                        columns: configuration.channels,
                        stride: configuration.channels,
                        windows(
                            source,
                            paddedWidth: padded.width,
                            row: 0,
                            part: part,
                            count: gradient.width
                        ),
                        lines: gradient.height,
                        lineStride: lineStride,
                        addingTo: out + part * configuration.window * inputs,
                        outStride: depth
                    )
                }
            }
        }
    }

    /// The gradient of the map with its border: products with the kernels, each window added where
    /// it lies.
    private func paddedGradient(
        _ gradient: FeatureMap,
        _ filter: PackedMatrix,
        like padded: FeatureMap
    ) -> FeatureMap {
        let (window, stride, dilation) =
            (configuration.window, configuration.stride, configuration.dilation)
        let channels = configuration.channels
        var result = pool.map(
            height: padded.height,
            width: padded.width,
            channels: inputs,
            zero: true
        )
        // Windows in one product: as many as stay in the second-level cache until they are added.
        let block = max(12, min(gradient.width, 65536 / depth / 12 * 12))
        let paddedLength = padded.width * inputs
        let runs = dilation == 1 ? 1 : window
        let length = dilation == 1 ? window * inputs : inputs
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: block * depth) { scratch in
            unsafe gradient.elements.withUnsafeBufferPointer { responses in
                unsafe result.elements.withUnsafeMutableBufferPointer { out in
                    guard let responses = responses.baseAddress, let out = out.baseAddress,
                        let patches = scratch.baseAddress
                    else { return }
                    for y in 0..<gradient.height {
                        for first in Swift.stride(from: 0, to: gradient.width, by: block) {
                            let count = min(block, gradient.width - first)
                            let rows = unsafe responses + (y * gradient.width + first) * channels
                            unsafe kernels.product(
                                .init(rows, rows: count, stride: channels, length: channels),
                                filter,
                                into: patches,
                                outStride: depth
                            )
                            for row in 0..<window {
                                let line =
                                    unsafe out + (y * stride + row * dilation) * paddedLength
                                for x in 0..<count {
                                    for run in 0..<runs {
                                        let column = (first + x) * stride + run * dilation
                                        let patch = unsafe patches + x * depth
                                        unsafe kernels.addScaled(
                                            1,
                                            patch + (row * runs + run) * length,
                                            to: line + column * inputs,
                                            count: length
                                        )
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return result
    }
}
