public import Tensors

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A binary logistic regression: the logit of a row is `weights . row + intercept`.
public struct LogisticRegression: Sendable, Equatable, Codable {
    /// The weight of each feature, shape `[features]`.
    public var weights: [Double]
    /// The logit of a row of zeros.
    public var intercept: Double

    /// Creates a model from stored numbers.
    public init(weights: [Double], intercept: Double) {
        self.weights = weights
        self.intercept = intercept
    }

    /// The logits of rows, summed in double precision.
    ///
    /// - Parameter features: Shape `[rows, features]`.
    /// - Returns: Shape `[rows]`.
    public func logits(of features: Matrix) -> [Double] {
        precondition(features.columns == weights.count, "the rows have other features")
        return LogisticObjective.margins(of: features, parameters: weights + [intercept])
    }

    /// How a regression is solved.
    public struct Options: Sendable, Equatable, Codable {
        /// The weight of `|weights|^2 / 2` against the mean loss, above 0; scikit-learn's `1 / (C *
        /// sum of weights)`.
        public var penalty: Double
        /// The largest norm of the gradient of a solution.
        public var tolerance: Double
        /// The most steps of a method.
        public var iterationLimit: Int
        /// The most features that are solved by Newton's method, with a matrix of their number
        /// squared.
        public var newtonLimit: Int

        /// Creates options.
        public init(
            penalty: Double,
            tolerance: Double = 1e-8,
            iterationLimit: Int = 2000,
            newtonLimit: Int = 1500
        ) {
            self.penalty = penalty
            self.tolerance = tolerance
            self.iterationLimit = iterationLimit
            self.newtonLimit = newtonLimit
        }
    }

    /// A solution and the proof that it is one.
    public struct Solution: Sendable, Equatable {
        /// The model.
        public let model: LogisticRegression
        /// The norm of the objective's gradient by weights and intercept, at most the tolerance.
        ///
        /// The objective is convex with modulus `penalty` in the weights, so that these are no
        /// further than `gradientNorm / penalty` from the optimum.
        public let gradientNorm: Double
        /// The weighted mean loss plus `penalty * |weights|^2 / 2`.
        public let objective: Double
        /// The steps made.
        public let iterations: Int
    }

    /// Finds the weights of least penalised loss; the intercept is not penalised.
    ///
    /// Newton's method up to `options.newtonLimit` features, else limited-memory BFGS; both with a
    /// line search, the gradient in double precision. The same input gives the same bits.
    ///
    /// - Parameters:
    ///   - features: Shape `[rows, features]`; comparable scales make it fast.
    ///   - labels: Shape `[rows]`.
    ///   - sampleWeights: At least 0, shape `[rows]`; nil for 1 each.
    ///   - options: How it is solved.
    ///   - start: Where to start; nil for zero.
    ///   - kernels: The kernels for the products.
    /// - Returns: The solution with its certificate.
    /// - Throws: ``LogisticRegressionError``.
    /// - Complexity: Per step of Newton's method `rows * features^2 + features^3 / 3`
    ///   multiply-adds.
    ///
    /// > Source: Nocedal, Wright (2006), "Numerical Optimization", algorithms 3.2, 7.4, 7.5.
    public static func learn(
        features: Matrix,
        labels: [Bool],
        sampleWeights: [Double]? = nil,
        options: Options,
        start: LogisticRegression? = nil,
        kernels: Kernels
    ) throws(LogisticRegressionError) -> Solution {
        try learn(
            features: features,
            targets: labels.map { $0 ? 1 : 0 },
            sampleWeights: sampleWeights,
            options: options,
            start: start,
            kernels: kernels
        )
    }

    /// The same for rows whose targets are probabilities, in `0...1`.
    static func learn(
        features: Matrix,
        targets: [Double],
        sampleWeights: [Double]?,
        options: Options,
        start: LogisticRegression?,
        kernels: Kernels
    ) throws(LogisticRegressionError) -> Solution {
        let objective = try LogisticObjective(
            features: features,
            targets: targets,
            sampleWeights: sampleWeights,
            penalty: options.penalty,
            kernels: kernels
        )
        if let start, start.weights.count != features.columns {
            throw .shape(
                ShapeError(
                    name: "start",
                    expected: [features.columns],
                    actual: [start.weights.count]
                )
            )
        }
        var minimizer = ConvexMinimizer(
            objective: objective,
            start: start.map { $0.weights + [$0.intercept] }
                ?? [Double](repeating: 0, count: features.columns + 1),
            tolerance: options.tolerance
        )
        if features.columns <= options.newtonLimit {
            minimizer.runNewton(iterationLimit: min(100, options.iterationLimit))
        }
        minimizer.runLimitedMemory(iterationLimit: options.iterationLimit)
        let point = minimizer.point
        guard point.gradientNorm <= options.tolerance else {
            throw .notConverged(gradientNorm: point.gradientNorm)
        }
        return Solution(
            model: LogisticRegression(
                weights: Array(point.parameters.dropLast()),
                intercept: point.parameters[features.columns]
            ),
            gradientNorm: point.gradientNorm,
            objective: point.value,
            iterations: minimizer.iterations
        )
    }
}
