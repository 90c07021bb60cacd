/// How well score maps find the anomalous pixels of a set of images.
public struct PixelMetrics: Sendable, Equatable, Codable {
    /// The false-positive rate up to which the per-region overlap is integrated.
    public static let falsePositiveLimit = 0.3

    /// The area under the ROC curve of all pixels, in [0, 1].
    public let auroc: Double
    /// The area under the per-region overlap curve up to ``falsePositiveLimit``, divided by that
    /// limit, in [0, 1].
    ///
    /// A region is an 8-connected part of one image's mask. All regions weigh the same, however
    /// large they are.
    ///
    /// > Source: Bergmann, Batzner, Fauser, Sattlegger, Steger (2021), "The MVTec Anomaly
    /// > Detection Dataset", section on evaluation metrics.
    public let aupro: Double
    /// The average precision of all pixels, in [0, 1].
    public let averagePrecision: Double

    private enum CodingKeys: String, CodingKey {
        case auroc
        case aupro
        case averagePrecision = "average_precision"
    }
}
