public import Tensors

/// A fixed standardisation of the input maps, channel by channel: `(x - mean) / deviation`.
public struct InputStandardization: Sendable, Equatable, Codable {
    /// The mean of each channel, in units of the input, shape `[channels]`.
    public var mean: [Float]
    /// The standard deviation of each channel, above 0, in units of the input, shape `[channels]`.
    public var deviation: [Float]

    /// Creates a standardisation from stored numbers; ``problem`` tells what is wrong with them.
    public init(mean: [Float], deviation: [Float]) {
        self.mean = mean
        self.deviation = deviation
    }

    /// Leaves maps of so many channels as they are.
    public static func identity(channels: Int) -> InputStandardization {
        InputStandardization(
            mean: [Float](repeating: 0, count: channels),
            deviation: [Float](repeating: 1, count: channels)
        )
    }

    /// Measures maps of the same number of channels; a channel that never changes gets deviation 1.
    ///
    /// - Parameter maps: At least one map.
    public init(measuring maps: some Sequence<FeatureMap>) {
        var sums: [Double] = []
        var squares: [Double] = []
        var count = 0.0
        for map in maps {
            if sums.isEmpty {
                sums = [Double](repeating: 0, count: map.channels)
                squares = sums
            }
            precondition(map.channels == sums.count, "maps have different channels")
            count += Double(map.height * map.width)
            for start in stride(from: 0, to: map.elements.count, by: max(1, map.channels)) {
                for channel in 0..<map.channels {
                    let value = Double(map.elements[start + channel])
                    sums[channel] += value
                    squares[channel] += value * value
                }
            }
        }
        let share = 1 / max(1, count)
        mean = sums.map { Float($0 * share) }
        deviation = zip(sums, squares).map { sum, square in
            let variance = square * share - (sum * share) * (sum * share)
            return variance > 1e-12 * max(1e-12, square * share) ? Float(variance.squareRoot()) : 1
        }
    }

    /// What is wrong with the numbers for maps of so many channels, or nil.
    public func problem(channels: Int) -> String? {
        if mean.count != channels || deviation.count != channels {
            return "standardisation has \(mean.count) means and \(deviation.count) deviations"
                + " for \(channels) channels"
        }
        if !mean.allSatisfy(\.isFinite) { return "a mean is not finite" }
        if !deviation.allSatisfy({ $0.isFinite && $0 > 0 }) {
            return "a deviation is not above 0 and finite"
        }
        return nil
    }

    /// Standardises a map.
    ///
    /// - Returns: The same shape, unitless.
    public func apply(to map: FeatureMap) -> FeatureMap {
        if isIdentity { return map }
        var result = map
        apply(inPlace: &result)
        return result
    }

    var isIdentity: Bool {
        mean.allSatisfy { $0 == 0 } && deviation.allSatisfy { $0 == 1 }
    }

    func apply(inPlace map: inout FeatureMap) {
        precondition(map.channels == mean.count, "the map has other channels")
        let channels = map.channels
        let scale = deviation.map { 1 / $0 }
        let shift = zip(mean, scale).map { $0 * $1 }
        let places = map.height * map.width
        unsafe map.elements.withUnsafeMutableBufferPointer { out in
            unsafe scale.withUnsafeBufferPointer { scale in
                unsafe shift.withUnsafeBufferPointer { shift in
                    guard let out = out.baseAddress, let scale = scale.baseAddress,
                        let shift = shift.baseAddress
                    else { return }
                    for place in 0..<places {
                        let values = unsafe out + place * channels
                        for channel in 0..<channels {
                            unsafe values[channel] =
                                values[channel] * scale[channel] - shift[channel]
                        }
                    }
                }
            }
        }
    }
}
