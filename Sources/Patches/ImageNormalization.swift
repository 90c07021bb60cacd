public import Tensors

/// Brings a whole image to zero mean and comparable contrast: `(x - mean) / (deviation + constant)`.
///
/// Takes out the exposure of an image while differences within it, also of slow ones, stay. The deviation is the mean
/// absolute one, in units in which it is the standard deviation of a Gaussian: a few bright spots raise it less than the
/// standard deviation, and so leave cracks beside them their contrast.
public struct ImageNormalization: Sendable, Equatable, Codable {
    /// Added to the deviation, in units of the image.
    public let constant: Float

    /// Creates a normalisation; the constant must be positive.
    public init(constant: Float) {
        precondition(constant > 0, "the constant must be positive")
        self.constant = constant
    }

    /// Normalises an image over all its places and channels.
    ///
    /// - Returns: The same shape, unitless.
    public func apply(to image: FeatureMap) -> FeatureMap {
        guard !image.elements.isEmpty else { return image }
        let (shift, scale) = factors(of: image)
        var result = image
        for index in result.elements.indices {
            result.elements[index] = (result.elements[index] - shift) * scale
        }
        return result
    }

    /// Brings a normalised map back to the intensities of an image.
    ///
    /// - Parameters:
    ///   - map: Normalised numbers, for instance what codes say of the image.
    ///   - image: The image whose mean and contrast were taken out.
    /// - Returns: The shape of the map, in the image's units.
    public func undo(_ map: FeatureMap, of image: FeatureMap) -> FeatureMap {
        guard !image.elements.isEmpty else { return map }
        let (shift, scale) = factors(of: image)
        var result = map
        for index in result.elements.indices {
            result.elements[index] = result.elements[index] / scale + shift
        }
        return result
    }

    private func factors(of image: FeatureMap) -> (shift: Float, scale: Float) {
        let count = Double(image.elements.count)
        let mean = Self.sum(of: image) { $0 } / count
        let distances = Self.sum(of: image) { pointwiseMax($0 - mean, mean - $0) }
        let deviation = Self.gaussianUnit * distances / count
        return (Float(mean), Float(1 / (deviation + Double(constant))))
    }

    /// The standard deviation of a Gaussian over its mean absolute deviation.
    private static let gaussianUnit = (Double.pi / 2).squareRoot()

    /// A sum over all elements, in several sums side by side that don't wait for one another.
    private static func sum(
        of image: FeatureMap,
        _ term: (SIMD8<Double>) -> SIMD8<Double>
    ) -> Double {
        unsafe image.elements.withUnsafeBytes { bytes in
            var sums = SIMD8<Double>.zero
            let whole = image.elements.count / 8 * 8
            for place in stride(from: 0, to: whole, by: 8) {
                let values = unsafe bytes.loadUnaligned(
                    fromByteOffset: place * MemoryLayout<Float>.stride,
                    as: SIMD8<Float>.self
                )
                sums += term(SIMD8<Double>(values))
            }
            var rest = SIMD8<Double>.zero
            let tail = image.elements[whole...]
            for (lane, value) in tail.enumerated() { rest[lane] = Double(value) }
            let terms = term(rest)
            for lane in 0..<tail.count { sums[lane] += terms[lane] }
            return sums.sum()
        }
    }
}
