/// Why a network could not be trained.
public enum NetworkTrainingError: Error, Equatable, CustomStringConvertible {
    /// The configuration makes no sense; what is wrong with it.
    case invalid(String)
    /// The loss or the gradient of a step is not a finite number.
    case diverged(step: Int)

    /// One line for a person.
    public var description: String {
        switch self {
        case .invalid(let problem): problem
        case .diverged(let step): "training diverged at step \(step + 1)"
        }
    }
}
