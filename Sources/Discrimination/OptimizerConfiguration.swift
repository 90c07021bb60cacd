#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// How parameters move: AdamW and the course of its learning rate.
public struct OptimizerConfiguration: Sendable, Equatable, Codable {
    /// The course of the learning rate after warming up.
    public enum Schedule: String, Sendable, Codable, CaseIterable {
        /// It stays.
        case constant
        /// It falls in a straight line.
        case linear
        /// It falls along half a cosine.
        case cosine
    }

    /// The largest learning rate.
    public var learningRate: Float
    /// The course of the learning rate.
    public var schedule: Schedule
    /// The learning rate at the last step, as a share of the largest, in `0...1`; not for a
    /// constant course.
    public var finalShare: Float
    /// Steps in which the learning rate rises to its largest value.
    public var warmupSteps: Int
    /// The decay of kernels and read-out, per step times the learning rate.
    public var weightDecay: Float
    /// The decay of the gradient's running mean, in `0..<1`.
    public var momentDecay: Float
    /// The decay of the gradient's running square, in `0..<1`.
    public var squareDecay: Float
    /// Added to the root of the running square.
    public var epsilon: Float
    /// The norm that longer gradients are scaled to; nil for none.
    public var gradientLimit: Float?

    /// Creates a configuration.
    public init(
        learningRate: Float = 1e-3,
        schedule: Schedule = .cosine,
        finalShare: Float = 0.01,
        warmupSteps: Int = 0,
        weightDecay: Float = 1e-4,
        momentDecay: Float = 0.9,
        squareDecay: Float = 0.999,
        epsilon: Float = 1e-8,
        gradientLimit: Float? = 1
    ) {
        self.learningRate = learningRate
        self.schedule = schedule
        self.finalShare = finalShare
        self.warmupSteps = warmupSteps
        self.weightDecay = weightDecay
        self.momentDecay = momentDecay
        self.squareDecay = squareDecay
        self.epsilon = epsilon
        self.gradientLimit = gradientLimit
    }

    /// The learning rate of a step.
    ///
    /// - Parameters:
    ///   - step: In `0..<steps`.
    ///   - steps: The declared number of steps.
    /// - Returns: At most ``learningRate``.
    public func learningRate(step: Int, of steps: Int) -> Double {
        let largest = Double(learningRate)
        if step < warmupSteps { return largest * Double(step + 1) / Double(warmupSteps) }
        let course = Double(step - warmupSteps) / Double(max(1, steps - 1 - warmupSteps))
        let rest =
            switch schedule {
            case .constant: 1.0
            case .linear: 1 - min(1, course)
            case .cosine: 0.5 * (1 + cos(Double.pi * min(1, course)))
            }
        if schedule == .constant { return largest }
        return largest * (Double(finalShare) + (1 - Double(finalShare)) * rest)
    }

    /// What is wrong with the configuration, or nil.
    public var problem: String? {
        if !(learningRate > 0 && learningRate.isFinite) {
            return "learningRate must be above 0, found \(learningRate)"
        }
        if !(finalShare >= 0 && finalShare <= 1) {
            return "finalShare must be in 0...1, found \(finalShare)"
        }
        if warmupSteps < 0 { return "warmupSteps can't be negative, found \(warmupSteps)" }
        if !(weightDecay >= 0 && weightDecay.isFinite) {
            return "weightDecay can't be negative, found \(weightDecay)"
        }
        for (name, decay) in [("momentDecay", momentDecay), ("squareDecay", squareDecay)]
        where !(decay >= 0 && decay < 1) {
            return "\(name) must be in 0..<1, found \(decay)"
        }
        if !(epsilon > 0 && epsilon.isFinite) { return "epsilon must be above 0, found \(epsilon)" }
        if let gradientLimit, !(gradientLimit > 0 && gradientLimit.isFinite) {
            return "gradientLimit must be above 0, found \(gradientLimit)"
        }
        return nil
    }
}
