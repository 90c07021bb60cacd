internal import ImageCodec
internal import Tensors

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A way in which pictures get worse without a defect.
enum Corruption: String, CaseIterable, Sendable {
    /// Gaussian noise.
    case noise
    /// A Gaussian blur.
    case blur
    /// More or less light.
    case brightness
    /// More or less contrast about the picture's mean.
    case contrast
    /// JPEG compression.
    case jpeg

    /// How strong it can be; 0 stands for the clean picture.
    static let strengths = 1...5

    /// The number behind a strength: a standard deviation in `[0, 1]` levels, one in pixels, a shift in `[0, 1]` levels, a
    /// factor, libjpeg's quality.
    func amount(_ strength: Int) -> Double {
        let amounts: [Double] =
            switch self {
            case .noise: [0.01, 0.02, 0.04, 0.07, 0.11]
            case .blur: [0.5, 0.8, 1.2, 1.8, 2.6]
            case .brightness: [0.03, 0.06, 0.1, 0.16, 0.24]
            case .contrast: [1.08, 1.18, 1.32, 1.55, 1.9]
            case .jpeg: [80, 55, 35, 20, 10]
            }
        return amounts[strength - Self.strengths.lowerBound]
    }

    /// Corrupts a picture of 8-bit levels.
    ///
    /// Whether a picture gets lighter or darker, and its contrast more or less, is drawn once for all strengths.
    ///
    /// - Parameters:
    ///   - image: The picture.
    ///   - strength: One of ``strengths``.
    ///   - seed: Of the picture.
    /// - Returns: A picture of the same size, of 8-bit levels.
    /// - Throws: `EncodeError`, `DecodeError` when there is no memory.
    func apply(to image: PixelImage, strength: Int, seed: UInt64) throws -> PixelImage {
        let amount = amount(strength)
        var generator = SeededGenerator(seed: seed, stream: stream)
        let isUpward = generator.next(below: 2) == 1
        switch self {
        case .noise:
            return image.mapped { $0 + amount * generator.nextNormal() }
        case .blur:
            return image.blurred(deviation: amount)
        case .brightness:
            return image.mapped { $0 + (isUpward ? amount : -amount) }
        case .contrast:
            let sum = image.levels.reduce(0) { $0 + Int($1) }
            let mean = Double(sum) / Double(max(1, image.levels.count)) / 255
            let factor = isUpward ? amount : 1 / amount
            return image.mapped { mean + ($0 - mean) * factor }
        case .jpeg:
            return try ImageReader.decode(
                ImageWriter.jpeg(image, quality: Int(amount)),
                channels: image.channels == 1 ? .grey : .colour
            ).image
        }
    }

    private var stream: UInt64 {
        switch self {
        case .noise: 1
        case .blur: 2
        case .brightness: 3
        case .contrast: 4
        case .jpeg: 5
        }
    }
}

extension PixelImage {
    /// The picture as a map of levels in `[0, 1]`.
    var map: FeatureMap { Resampler(height: height, width: width).resample(self) }

    /// The 8-bit picture nearest to a map of levels.
    init(rounding map: FeatureMap) {
        self.init(
            width: map.width,
            height: map.height,
            channels: map.channels,
            levels: map.elements.map { Self.level(Double($0)) }
        )
    }

    /// Each level in `[0, 1]` replaced by another.
    fileprivate func mapped(_ change: (Double) -> Double) -> PixelImage {
        var result = self
        for index in levels.indices {
            result.levels[index] = Self.level(change(Double(levels[index]) / 255))
        }
        return result
    }

    /// A Gaussian blur; the picture is continued by its outermost pixels.
    fileprivate func blurred(deviation: Double) -> PixelImage {
        let reach = Int((3 * deviation).rounded(.up))
        let weights = Self.gaussian(deviation: deviation, reach: reach)
        var planes = levels.map { Double($0) / 255 }
        for (step, length, count) in [
            (channels, width, height), (width * channels, height, width),
        ] {
            let lineStep = step == channels ? width * channels : channels
            var blurred = planes
            for line in 0..<count {
                for place in 0..<length {
                    for channel in 0..<channels {
                        var sum = 0.0
                        for (index, weight) in weights.enumerated() {
                            let source = min(max(place + index - reach, 0), length - 1)
                            sum += weight * planes[line * lineStep + source * step + channel]
                        }
                        blurred[line * lineStep + place * step + channel] = sum
                    }
                }
            }
            planes = blurred
        }
        var result = self
        result.levels = planes.map(Self.level)
        return result
    }

    private static func gaussian(deviation: Double, reach: Int) -> [Double] {
        let weights = (-reach...reach).map { place in
            exp(-Double(place * place) / (2 * deviation * deviation))
        }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    private static func level(_ value: Double) -> UInt8 {
        UInt8((min(max(value, 0), 1) * 255).rounded())
    }
}
