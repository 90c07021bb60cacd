/// What a person says of an image.
public enum ImageLabel: String, Sendable, CaseIterable {
    /// It was flagged and is a good one.
    case falseAlarm = "false-alarm"
    /// It shows a defect.
    case confirmed
}
