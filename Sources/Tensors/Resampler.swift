/// Resamples images and maps to one size, without aliasing.
///
/// Separable: a triangle filter as wide as the scale factor when shrinking, bilinear interpolation
/// when enlarging, sums in single precision in a fixed order.
///
/// > Source: Pillow's `Image.resize` with `BILINEAR`, whose sample centres and widths these are.
public struct Resampler: Sendable, Equatable {
    /// The height of the result in places.
    public let height: Int
    /// The width of the result in places.
    public let width: Int

    /// Creates a resampler; both sides must be positive.
    public init(height: Int, width: Int) {
        precondition(height > 0 && width > 0, "a result has at least one place")
        self.height = height
        self.width = width
    }

    /// Resamples a map with at least one place.
    ///
    /// - Returns: A map of shape `[height, width, map.channels]`, in the map's unit.
    /// - Complexity: Multiply-adds per channel: with `s` the scale factors, at least 1,
    ///   `2 * height * (s_y * map.width + s_x * width)`.
    public func resample(_ map: FeatureMap) -> FeatureMap {
        unsafe map.elements.withUnsafeBufferPointer { elements in
            unsafe resample(
                elements,
                height: map.height,
                width: map.width,
                channels: map.channels,
                unit: 1
            )
        }
    }

    /// Resamples 8-bit levels, interleaved.
    ///
    /// - Returns: Levels / 255, in `[0, 1]`, shape `[height, width, channels]`.
    package func resample(
        levels: [UInt8],
        height sourceHeight: Int,
        width sourceWidth: Int,
        channels: Int
    ) -> FeatureMap {
        precondition(levels.count == sourceHeight * sourceWidth * channels, "levels don't fill it")
        return unsafe levels.withUnsafeBufferPointer { levels in
            unsafe resample(
                levels,
                height: sourceHeight,
                width: sourceWidth,
                channels: channels,
                unit: 1 / 255
            )
        }
    }

    // Row by row: stored rows are summed into one row, which is then narrowed or widened. The sum over
    // rows comes first, because it runs along contiguous memory.
    private func resample(
        _ source: UnsafeBufferPointer<some ResamplerElement>,
        height sourceHeight: Int,
        width sourceWidth: Int,
        channels: Int,
        unit: Float
    ) -> FeatureMap {
        precondition(sourceHeight > 0 && sourceWidth > 0, "a source has at least one place")
        let rows = ResamplingWeights(from: sourceHeight, to: height)
        let columns = ResamplingWeights(from: sourceWidth, to: width)
        let rowLength = sourceWidth * channels
        // One float more, for loads of four floats at the last pixel of three channels.
        var row = [Float](repeating: 0, count: rowLength + 1)
        var result = FeatureMap(height: height, width: width, channels: channels)
        unsafe result.elements.withUnsafeMutableBufferPointer { target in
            unsafe row.withUnsafeMutableBufferPointer { row in
                for y in 0..<height {
                    let summed = unsafe UnsafeMutableBufferPointer(rebasing: row[..<rowLength])
                    let first = rows.starts[y]
                    for tap in 0..<rows.counts[y] {
                        let line = (first + tap) * rowLength
                        unsafe Self.add(
                            UnsafeBufferPointer(rebasing: source[line..<line + rowLength]),
                            times: rows.weights[rows.offsets[y] + tap] * unit,
                            to: summed,
                            fresh: tap == 0
                        )
                    }
                    let line = y * width * channels
                    unsafe Self.resampleRow(
                        UnsafeBufferPointer(row),
                        columns: columns,
                        channels: channels,
                        into: UnsafeMutableBufferPointer(
                            rebasing: target[line..<line + width * channels]
                        )
                    )
                }
            }
        }
        return result
    }

    @inline(__always)
    private static func add(
        _ line: UnsafeBufferPointer<some ResamplerElement>,
        times weight: Float,
        to sum: UnsafeMutableBufferPointer<Float>,
        fresh: Bool
    ) {
        guard let line = line.baseAddress, let target = sum.baseAddress else { return }
        if fresh {
            for index in 0..<sum.count { unsafe target[index] = line[index].asFloat * weight }
        } else {
            for index in 0..<sum.count { unsafe target[index] += line[index].asFloat * weight }
        }
    }

    private static func resampleRow(
        _ row: UnsafeBufferPointer<Float>,
        columns: ResamplingWeights,
        channels: Int,
        into target: UnsafeMutableBufferPointer<Float>
    ) {
        guard let row = row.baseAddress, let target = target.baseAddress else { return }
        unsafe columns.weights.withUnsafeBufferPointer { weights in
            for x in 0..<columns.starts.count {
                let pixel = unsafe row + columns.starts[x] * channels
                let (taps, offset) = (columns.counts[x], columns.offsets[x])
                if channels == 3 {
                    // The fourth lane holds the next pixel's level and is dropped.
                    var sum = SIMD4<Float>.zero
                    for tap in 0..<taps {
                        let levels = unsafe UnsafeRawPointer(pixel + 3 * tap)
                            .loadUnaligned(as: SIMD4<Float>.self)
                        unsafe sum += levels * weights[offset + tap]
                    }
                    for channel in 0..<3 { unsafe target[3 * x + channel] = sum[channel] }
                } else {
                    // Eight channels at a time, each summed in the order of the taps.
                    let place = unsafe target + x * channels
                    var channel = 0
                    while channel + 8 <= channels {
                        var sum = SIMD8<Float>.zero
                        for tap in 0..<taps {
                            let levels = unsafe UnsafeRawPointer(pixel + tap * channels + channel)
                                .loadUnaligned(as: SIMD8<Float>.self)
                            unsafe sum += levels * weights[offset + tap]
                        }
                        unsafe UnsafeMutableRawPointer(place + channel)
                            .storeBytes(of: sum, as: SIMD8<Float>.self)
                        channel += 8
                    }
                    for channel in channel..<channels {
                        var sum: Float = 0
                        for tap in 0..<taps {
                            unsafe sum +=
                                pixel[tap * channels + channel] * weights[offset + tap]
                        }
                        unsafe place[channel] = sum
                    }
                }
            }
        }
    }
}

/// A number that can be resampled.
private protocol ResamplerElement {
    var asFloat: Float { get }
}

extension UInt8: ResamplerElement {
    fileprivate var asFloat: Float { Float(self) }
}

extension Float: ResamplerElement {
    fileprivate var asFloat: Float { self }
}
