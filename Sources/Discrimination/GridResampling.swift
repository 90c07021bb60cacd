internal import Tensors

/// The places of a line that each place of another line reads, and their weights.
struct LineTaps: Equatable {
    /// The first place that is read, by output place.
    var starts: [Int] = []
    /// The weights of that place and those behind it, by output place.
    var weights: [[Float]] = []

    /// Means over `factor` neighbouring places, fewer at the end.
    static func means(of factor: Int, count: Int) -> LineTaps {
        var taps = LineTaps()
        for start in stride(from: 0, to: count, by: factor) {
            let length = min(factor, count - start)
            taps.starts.append(start)
            taps.weights.append([Float](repeating: 1 / Float(length), count: length))
        }
        return taps
    }

    /// Reads a line `factor` times coarser.
    ///
    /// Sample centres lie at half places: output place `x` is at `(x + 1/2) / factor - 1/2`.
    static func enlarging(
        _ enlargement: ThresholdNetworkConfiguration.Enlargement,
        by factor: Int,
        count: Int,
        to outCount: Int
    ) -> LineTaps {
        var taps = LineTaps()
        for place in 0..<outCount {
            switch enlargement {
            case .nearest:
                taps.starts.append(min(count - 1, place / factor))
                taps.weights.append([1])
            case .bilinear:
                let centre = max(0, (Float(place) + 0.5) / Float(factor) - 0.5)
                let first = min(count - 1, Int(centre))
                let share = centre - Float(first)
                taps.starts.append(first)
                taps.weights.append(first + 1 < count && share > 0 ? [1 - share, share] : [1])
            }
        }
        return taps
    }
}

/// A separable linear map from the places of one grid to those of another, and its transpose.
struct GridResampling {
    let rows: LineTaps
    let columns: LineTaps

    /// Means over squares of `factor` places.
    init(meansOf factor: Int, height: Int, width: Int) {
        rows = .means(of: factor, count: height)
        columns = .means(of: factor, count: width)
    }

    /// From a map of stride `stride` to a grid of `gridStride` places of the same input.
    init(
        height: Int,
        width: Int,
        stride: Int,
        toRows: Int,
        toColumns: Int,
        gridStride: Int,
        enlargement: ThresholdNetworkConfiguration.Enlargement
    ) {
        if gridStride >= stride {
            rows = .means(of: gridStride / stride, count: height)
            columns = .means(of: gridStride / stride, count: width)
        } else {
            let factor = stride / gridStride
            rows = .enlarging(enlargement, by: factor, count: height, to: toRows)
            columns = .enlarging(enlargement, by: factor, count: width, to: toColumns)
        }
    }

    var isIdentity: Bool {
        [rows, columns].allSatisfy { taps in
            taps.starts == Array(0..<taps.starts.count) && taps.weights.allSatisfy { $0 == [1] }
        }
    }

    /// Resamples a map to channels `first...` of another one, which hold zeros.
    func apply(_ map: FeatureMap, into out: inout FeatureMap, first: Int, kernels: Kernels) {
        let channels = map.channels
        let length = map.width * channels
        let (outWidth, outChannels) = (out.width, out.channels)
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: length) { buffer in
            unsafe map.elements.withUnsafeBufferPointer { source in
                unsafe out.elements.withUnsafeMutableBufferPointer { out in
                    guard let source = source.baseAddress, let out = out.baseAddress,
                        let line = buffer.baseAddress
                    else { return }
                    for y in rows.starts.indices {
                        unsafe line.initialize(repeating: 0, count: length)
                        for (tap, weight) in rows.weights[y].enumerated() {
                            let row = unsafe source + (rows.starts[y] + tap) * length
                            unsafe kernels.addScaled(weight, row, to: line, count: length)
                        }
                        for x in columns.starts.indices {
                            let place = unsafe out + (y * outWidth + x) * outChannels + first
                            for (tap, weight) in columns.weights[x].enumerated() {
                                let from = unsafe line + (columns.starts[x] + tap) * channels
                                unsafe kernels.addScaled(weight, from, to: place, count: channels)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Adds the gradient of a map, given that of what ``apply(_:into:first:kernels:)`` made of it.
    func applyTransposed(
        _ gradient: FeatureMap,
        first: Int,
        addingTo out: inout FeatureMap,
        kernels: Kernels
    ) {
        let channels = out.channels
        let length = out.width * channels
        let (width, total) = (gradient.width, gradient.channels)
        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: length) { buffer in
            unsafe gradient.elements.withUnsafeBufferPointer { source in
                unsafe out.elements.withUnsafeMutableBufferPointer { out in
                    guard let source = source.baseAddress, let out = out.baseAddress,
                        let line = buffer.baseAddress
                    else { return }
                    for y in rows.starts.indices {
                        unsafe line.initialize(repeating: 0, count: length)
                        for x in columns.starts.indices {
                            let place = unsafe source + (y * width + x) * total + first
                            for (tap, weight) in columns.weights[x].enumerated() {
                                let to = unsafe line + (columns.starts[x] + tap) * channels
                                unsafe kernels.addScaled(weight, place, to: to, count: channels)
                            }
                        }
                        for (tap, weight) in rows.weights[y].enumerated() {
                            let row = unsafe out + (rows.starts[y] + tap) * length
                            unsafe kernels.addScaled(weight, line, to: row, count: length)
                        }
                    }
                }
            }
        }
    }
}
