/// What came out of training a network.
public struct NetworkTrainingResult: Sendable, Equatable {
    /// Why training ended.
    public enum Ending: String, Sendable, Codable {
        /// All declared steps were made.
        case steps
        /// The validation score had not risen for long enough.
        case patience
        /// Time was up; the result depends on the machine's speed, not on the seed alone.
        case deadline
    }

    /// A validation.
    public struct Validation: Sendable, Equatable, Codable {
        /// Steps made before it.
        public let step: Int
        /// The score, higher is better.
        public let score: Double
    }

    /// The parameters of the best validation, the earliest of equal ones; of the last step where
    /// there is none.
    public let parameters: ThresholdNetworkParameters
    /// Why training ended.
    public let ending: Ending
    /// The loss of each step's minibatch before the step.
    public let losses: [LossValue]
    /// The validations in order.
    public let validations: [Validation]
    /// The validation that ``parameters`` come from, or nil.
    public let best: Validation?

    /// The number of steps made.
    public var steps: Int { losses.count }

    /// Whether another machine, or another day, could give other parameters.
    public var dependsOnTime: Bool { ending == .deadline }
}
