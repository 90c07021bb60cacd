/// Why scores can't serve as a calibration.
public enum CalibrationError: Error, Equatable, CustomStringConvertible {
    /// There are no scores.
    case empty
    /// The score at this place is infinite or not a number.
    case notFinite(index: Int)

    /// One line for a person.
    public var description: String {
        switch self {
        case .empty: "there are no normal images to calibrate on"
        case .notFinite(let index): "the calibration score at index \(index) is not finite"
        }
    }
}
