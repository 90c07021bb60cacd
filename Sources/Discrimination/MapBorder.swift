internal import Tensors

/// The continuation of a map beyond its border, and its transpose.
struct MapBorder {
    let width: Int
    let kind: ThresholdLayerConfiguration.Border

    /// The map with the border around it.
    func adding(to map: FeatureMap, pool: BufferPool) -> FeatureMap {
        if width == 0 { return map }
        let (inner, channels) = (map.width, map.channels)
        let rows = sources(count: map.height)
        let columns = sources(count: inner)
        var result = pool.map(
            height: rows.count,
            width: columns.count,
            channels: channels,
            zero: kind == .zero
        )
        unsafe map.elements.withUnsafeBufferPointer { source in
            unsafe result.elements.withUnsafeMutableBufferPointer { out in
                guard let source = source.baseAddress, let out = out.baseAddress else { return }
                for (y, row) in rows.enumerated() {
                    guard let row else { continue }
                    let from = unsafe source + row * inner * channels
                    let to = unsafe out + y * columns.count * channels
                    unsafe (to + width * channels).update(from: from, count: inner * channels)
                    for (x, column) in columns.enumerated()
                    where x < width || x >= width + inner {
                        guard let column else { continue }
                        let place = unsafe to + x * channels
                        unsafe place.update(from: from + column * channels, count: channels)
                    }
                }
            }
        }
        return result
    }

    /// Adds the gradient of the map, given that of the map with its border.
    func addTransposed(_ padded: FeatureMap, to out: inout FeatureMap, kernels: Kernels) {
        let (height, inner, channels) = (out.height, out.width, out.channels)
        let rows = sources(count: height)
        let columns = sources(count: inner)
        let rowLength = padded.width * channels
        unsafe padded.elements.withUnsafeBufferPointer { source in
            unsafe out.elements.withUnsafeMutableBufferPointer { out in
                guard let source = source.baseAddress, let out = out.baseAddress else { return }
                for (y, row) in rows.enumerated() {
                    guard let row else { continue }
                    let from = unsafe source + y * rowLength
                    let to = unsafe out + row * inner * channels
                    unsafe kernels.addScaled(
                        1,
                        from + width * channels,
                        to: to,
                        count: inner * channels
                    )
                    for (x, column) in columns.enumerated()
                    where x < width || x >= width + inner {
                        guard let column else { continue }
                        unsafe kernels.addScaled(
                            1,
                            from + x * channels,
                            to: to + column * channels,
                            count: channels
                        )
                    }
                }
            }
        }
    }

    /// For each place of a line with its border the place that it repeats, nil for zeros.
    private func sources(count: Int) -> [Int?] {
        (-width..<count + width).map { index in
            if index >= 0 && index < count { return index }
            if kind == .zero { return nil }
            if count == 1 { return 0 }
            let period = 2 * (count - 1)
            let folded = ((index % period) + period) % period
            return folded < count ? folded : period - folded
        }
    }
}
