import SyntheticDefects
import Tensors

/// Pictures to paint defects into.
enum Pictures {
    /// A smooth texture with fine grain, the same for the same seed.
    static func textured(
        height: Int = 96,
        width: Int = 128,
        channels: Int = 1,
        seed: UInt64 = 1
    ) -> FeatureMap {
        let coarse = ValueNoise(seed: seed).grid(
            height: height,
            width: width,
            grain: 17,
            octaves: 3
        )
        let fine = ValueNoise(seed: seed + 99)
        var image = FeatureMap(height: height, width: width, channels: channels)
        for place in 0..<height * width {
            for channel in 0..<channels {
                let grain = Float(fine.signed(place, channel)) * 0.03
                let tilt = Float(channel) * 0.1
                image.elements[place * channels + channel] =
                    0.4 + tilt + 0.2 * coarse[place] + grain
            }
        }
        return image
    }

    /// A picture of one level.
    static func constant(
        _ level: Float,
        height: Int = 64,
        width: Int = 64,
        channels: Int = 1
    ) -> FeatureMap {
        FeatureMap(height: height, width: width, channels: channels, repeating: level)
    }
}

extension DefectiveImage {
    /// Whether the picture is finite, in `[0, 1]`, and what `original` is wherever the mask is 0; and
    /// whether the mask is 0 or 1, not empty, and its area that of the defects.
    func isSound(on original: FeatureMap) -> Bool {
        guard image.height == original.height, image.width == original.width,
            image.channels == original.channels, mask.rows == original.height,
            mask.columns == original.width,
            image.elements.allSatisfy({ (0...1).contains($0) }),
            mask.elements.allSatisfy({ $0 == 0 || $0 == 1 })
        else { return false }
        let channels = image.channels
        for place in mask.elements.indices where mask.elements[place] == 0 {
            let first = place * channels
            for index in first..<first + channels
            where image.elements[index].bitPattern != original.elements[index].bitPattern {
                return false
            }
        }
        let marked = Double(mask.elements.reduce(0, +)) / Double(mask.elements.count)
        let areas = defects.map(\.area)
        return marked > 0 && marked <= areas.reduce(0, +) + 1e-9
            && marked >= (areas.max() ?? 1) - 1e-9
    }
}
