internal import Patches
internal import Scoring
internal import Tensors

/// Something learned that gives a picture a score, higher for odder ones.
struct Contestant: Sendable {
    /// The question that it belongs to.
    enum Question: String, CaseIterable, Sendable {
        /// How codes are found.
        case inference
        /// Whether training through the layers keeps the sparse prior.
        case prior
    }

    let question: Question
    /// What distinguishes it within its question.
    let name: String
    /// Where several are learned that differ by chance alone.
    let seed: UInt64
    /// The share of coefficients of clean pictures that are not zero.
    let density: Double
    /// What score flags a picture; nil where that was not calibrated.
    let threshold: Float?
    /// Scores a picture at the working size.
    let score: @Sendable (FeatureMap) -> Float

    /// The working size of all contestants.
    static let workingSize = WorkingSize(pixels: 128 * 128)

    /// A picture at the working size, in `[0, 1]`.
    static func input(_ map: FeatureMap) -> FeatureMap {
        let size = workingSize.size(width: map.width, height: map.height)
        return Resampler(height: size.height, width: size.width).resample(map)
    }
}

extension FeatureMap {
    /// The share of the numbers that are not zero.
    var density: Double {
        Double(elements.reduce(0) { $0 + ($1 == 0 ? 0 : 1) }) / Double(max(1, elements.count))
    }
}
