public import Tensors

/// Why a logistic regression has no certified solution.
public enum LogisticRegressionError: Error, Equatable, CustomStringConvertible {
    /// All rows that count have the same label.
    case oneClass
    /// A feature, a weight or an option is not a number that makes sense; what is wrong.
    case invalid(String)
    /// The sizes of the arguments disagree.
    case shape(ShapeError)
    /// The tolerance was not reached; the norm of the gradient that was.
    case notConverged(gradientNorm: Double)

    /// One line for a person.
    public var description: String {
        switch self {
        case .oneClass: "all rows have the same label"
        case .invalid(let problem): problem
        case .shape(let error): error.description
        case .notConverged(let norm): "not converged, the gradient's norm is \(norm)"
        }
    }
}
