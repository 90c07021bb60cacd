internal import Tensors

extension ThresholdNetwork {
    /// Solves the read-out for the layers as they are: a convex problem with one solution.
    ///
    /// What is made small is the mean over the places of all examples of the weighted logistic loss,
    /// plus the penalty on the weights of the standardised features. That is a head without training
    /// through the layers, or the start of such training.
    ///
    /// - Parameters:
    ///   - examples: With targets of both kinds. The features of all their places are held at the
    ///     same time, `places * features` numbers.
    ///   - positiveWeight: The weight of anomalous places over normal ones, above 0.
    ///   - options: How it is solved.
    /// - Returns: The parameters with the solved read-out, and the solution, in standardised features,
    ///   with its certificate.
    /// - Throws: ``LogisticRegressionError``.
    public func solvingReadout(
        over examples: some Sequence<TrainingExample>,
        positiveWeight: Float = 1,
        options: LogisticRegression.Options
    ) throws(LogisticRegressionError) -> (
        parameters: ThresholdNetworkParameters, solution: LogisticRegression.Solution
    ) {
        guard positiveWeight > 0, positiveWeight.isFinite else {
            throw .invalid("positiveWeight must be above 0, found \(positiveWeight)")
        }
        var elements: [Float] = []
        var targets: [Double] = []
        var weights: [Double] = []
        for example in examples {
            let features = features(of: example.input)
            precondition(
                example.target.rows == features.height && example.target.columns == features.width,
                "the target has another shape than the output grid"
            )
            elements += features.elements
            for (place, target) in example.target.elements.enumerated() {
                // A weighted positive part is a heavier row with a higher target.
                let positive = Double(positiveWeight) * Double(target)
                let total = positive + (1 - Double(target))
                targets.append(positive / total)
                weights.append(total * Double(example.weight?.elements[place] ?? 1))
            }
        }
        let count = configuration.features
        let rows = Matrix(rows: targets.count, columns: count, filledWith: elements)
        let scale = InputStandardization(
            measuring: CollectionOfOne(
                FeatureMap(height: 1, width: rows.rows, channels: count, filledWith: elements)
            )
        )
        let solution = try LogisticRegression.learn(
            features: standardized(rows, scale),
            targets: targets,
            sampleWeights: weights,
            options: options,
            start: nil,
            kernels: kernels
        )
        var solved = parameters
        var offset = solution.model.intercept
        for index in 0..<count {
            let weight = solution.model.weights[index] / Double(scale.deviation[index])
            solved.readout[index] = Float(weight)
            offset -= weight * Double(scale.mean[index])
        }
        solved.offset = Float(offset)
        return (solved, solution)
    }

    private func standardized(_ rows: Matrix, _ scale: InputStandardization) -> Matrix {
        var map = FeatureMap(
            height: 1,
            width: rows.rows,
            channels: rows.columns,
            filledWith: rows.elements
        )
        scale.apply(inPlace: &map)
        return Matrix(rows: rows.rows, columns: rows.columns, filledWith: map.elements)
    }
}
