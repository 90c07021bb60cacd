/// A threshold on scores, with the false-alarm rate that it keeps.
public struct ConformalThreshold: Sendable, Equatable, Codable {
    /// The score above which an image is flagged, in the scores' units.
    public let value: Float
    /// The false-alarm rate that was asked for, in (0, 1).
    public let wantedRate: Double
    /// The false-alarm rate that is kept, in (0, 1): at most the wanted one when there are enough
    /// normal images.
    public let guaranteedRate: Double
    /// Whether the calibration has enough normal images for the wanted rate.
    public let isSufficient: Bool
    /// The smallest number of normal images that is enough for the wanted rate.
    public let normalsNeeded: Int

    private enum CodingKeys: String, CodingKey {
        case value
        case wantedRate = "wanted_rate"
        case guaranteedRate = "guaranteed_rate"
        case isSufficient = "is_sufficient"
        case normalsNeeded = "normals_needed"
    }
}
