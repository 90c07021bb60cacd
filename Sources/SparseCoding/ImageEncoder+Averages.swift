internal import Patches
public import Tensors

/// Which averages of codes are wanted.
public struct CodeAverage: Sendable, Hashable {
    /// The layer, from 1.
    public var layer: Int
    /// The side of the square of places over which codes are averaged, odd; 1 for codes as they are.
    public var window: Int

    /// The distance of neighbouring averages, in places.
    var stride: Int { window == 1 ? 1 : 2 }

    /// Names averages.
    public init(layer: Int, window: Int) {
        self.layer = layer
        self.window = window
    }
}

extension ImageEncoder {
    /// Codes an image and averages the codes, without keeping more of them than the next layer reads.
    ///
    /// - Parameters:
    ///   - image: Of at least the working size, in `[0, 1]`, shape `[height, width, channels]`.
    ///   - wanted: The averages, of layers that there are.
    /// - Returns: The wanted averages, at every second place of a layer's map; at every place for a window of 1.
    public func averages(
        of image: FeatureMap,
        wanted: Set<CodeAverage>
    ) -> [CodeAverage: FeatureMap] {
        averages(ofResized: resize(image), wanted: wanted)
    }

    /// Codes an image that ``resize(_:)`` has made and averages the codes.
    ///
    /// - Parameters:
    ///   - resized: Of this encoder's size, in `[0, 1]`, shape `[height, width, channels]`.
    ///   - wanted: The averages, of layers that there are.
    /// - Returns: As ``averages(of:wanted:)``.
    public func averages(
        ofResized resized: FeatureMap,
        wanted: Set<CodeAverage>
    ) -> [CodeAverage: FeatureMap] {
        guard let last = wanted.map(\.layer).max() else { return [:] }
        let convolutions = layers.prefix(last).compactMap(\.convolution)
        guard convolutions.count == last else {
            let responses = encode(normalized: normalize(resized), energyOfLayers: [])
            return averages(wanted) { responses[$0 - 1].codes }
        }
        var result: [CodeAverage: FeatureMap] = [:]
        var map = convolutions[0].bordered(normalize(resized))
        for (index, convolution) in convolutions.enumerated() {
            let here = wanted.filter { $0.layer == index + 1 }
            let next = index + 1 < last ? convolutions[index + 1] : nil
            let pooling = layers[index].parameters.configuration.pooling
            if pooling == 1 && next == nil {
                // The codes themselves are never in memory as a whole.
                for (key, averages) in convolution.averages(of: map, wanted: here) {
                    result[key] = averages
                }
                return result
            }
            map = convolution.pooled(map, pooling: pooling, for: next)
            let codes = here.isEmpty ? nil : map.withoutBorder
            result.merge(averages(here) { _ in codes ?? map.withoutBorder }) { first, _ in first }
        }
        return result
    }

    /// The map that the next layer, not yet learned, would read.
    public func topMap(of image: FeatureMap) -> FeatureMap {
        let top = CodeAverage(layer: layers.count, window: 1)
        return layers.isEmpty ? prepare(image) : averages(of: image, wanted: [top])[top] ?? image
    }

    private func averages(
        _ wanted: Set<CodeAverage>,
        codes: (Int) -> FeatureMap
    ) -> [CodeAverage: FeatureMap] {
        var result: [CodeAverage: FeatureMap] = [:]
        for average in wanted {
            let map = codes(average.layer)
            result[average] =
                average.window == 1
                ? map
                : map.meanPooled(
                    window: average.window,
                    stride: average.stride,
                    kernels: layers[average.layer - 1].kernels
                )
        }
        return result
    }
}

extension ConvolutionalLayer {
    /// Brings a map into the shape that the layer reads.
    func bordered(_ map: FeatureMap) -> BorderedMap {
        BorderedMap(
            map,
            border: grid.border,
            slack: slack(height: map.height, width: map.width)
        )
    }

    /// The pooled codes of a map, with the border that the next layer wants.
    func pooled(_ map: BorderedMap, pooling: Int, for next: ConvolutionalLayer?) -> BorderedMap {
        let (height, width) = grid.size(height: map.height, width: map.width)
        let blocks = MapPooling(
            .blocks(of: pooling),
            height: height,
            width: width,
            channels: channels
        )
        return unsafe BorderedMap(
            height: blocks.height,
            width: blocks.width,
            channels: channels,
            border: next?.grid.border ?? 0,
            slack: next?.slack(height: blocks.height, width: blocks.width) ?? (0, 0)
        ) { start, line in
            unsafe encode(map, over: [blocks]) { _, add in unsafe add(start, line) }
        }
    }

    /// Averages of the codes of a map without pooling.
    func averages(
        of map: BorderedMap,
        wanted: Set<CodeAverage>
    ) -> [(CodeAverage, FeatureMap)] {
        let (height, width) = grid.size(height: map.height, width: map.width)
        let poolings = wanted.map { average in
            (
                average,
                MapPooling(
                    .centred(window: average.window, stride: average.stride),
                    height: height,
                    width: width,
                    channels: channels
                )
            )
        }
        var maps = poolings.map { _, pooling in
            FeatureMap(height: pooling.height, width: pooling.width, channels: channels)
        }
        unsafe encode(map, over: poolings.map(\.1)) { index, add in
            unsafe maps[index].elements.withUnsafeMutableBufferPointer { out in
                guard let out = out.baseAddress else { return }
                unsafe add(out, poolings[index].1.line)
            }
        }
        return zip(poolings, maps).map { ($0.0, $1) }
    }
}
