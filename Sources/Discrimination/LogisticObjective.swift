internal import Tensors

/// The penalised weighted mean logistic loss as a function of weights and, last, the intercept.
struct LogisticObjective {
    private let features: Matrix
    /// What the rows are to say, in `0...1`.
    private let targets: [Double]
    /// The rows' weights, which sum to 1.
    private let shares: [Double]
    private let penalty: Double
    private let kernels: Kernels

    /// The number of parameters: the weights and the intercept.
    var count: Int { features.columns + 1 }

    /// The value, the gradient, and each row's probability at a point.
    struct Point {
        let parameters: [Double]
        let value: Double
        let gradient: [Double]
        let gradientNorm: Double
        let probabilities: [Double]
    }

    init(
        features: Matrix,
        targets: [Double],
        sampleWeights: [Double]?,
        penalty: Double,
        kernels: Kernels
    ) throws(LogisticRegressionError) {
        let weights = sampleWeights ?? [Double](repeating: 1, count: targets.count)
        for (name, count) in [("labels", targets.count), ("sampleWeights", weights.count)]
        where count != features.rows {
            throw .shape(ShapeError(name: name, expected: [features.rows], actual: [count]))
        }
        guard penalty > 0, penalty.isFinite else {
            throw .invalid("penalty must be above 0, found \(penalty)")
        }
        guard weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            throw .invalid("a sample weight is negative or not finite")
        }
        guard features.elements.allSatisfy(\.isFinite) else {
            throw .invalid("a feature is not finite")
        }
        guard targets.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
            throw .invalid("a target is not in 0...1")
        }
        let counted = zip(targets, weights).filter { $0.1 > 0 }
        guard counted.contains(where: { $0.0 > 0 }), counted.contains(where: { $0.0 < 1 }) else {
            throw .oneClass
        }
        let total = weights.reduce(0, +)
        self.features = features
        self.targets = targets
        self.penalty = penalty
        self.kernels = kernels
        shares = weights.map { $0 / total }
    }

    func evaluate(_ parameters: [Double]) -> Point {
        let margins = Self.margins(of: features, parameters: parameters)
        var value = 0.0
        var slopes: [Double] = []
        var probabilities: [Double] = []
        for (row, margin) in margins.enumerated() {
            let (positive, negative) = Logistic.softplus(margin)
            let probability = Logistic.sigmoid(margin)
            let target = targets[row]
            value += shares[row] * (target * negative + (1 - target) * positive)
            // 1 - probability would lose all digits of a well classified row.
            slopes.append(
                shares[row]
                    * ((1 - target) * probability - target * Logistic.sigmoid(-margin))
            )
            probabilities.append(probability)
        }
        var gradient = Self.combination(of: features, factors: slopes)
        for index in 0..<count - 1 {
            value += 0.5 * penalty * parameters[index] * parameters[index]
            gradient[index] += penalty * parameters[index]
        }
        return Point(
            parameters: parameters,
            value: value,
            gradient: gradient,
            gradientNorm: gradient.reduce(0) { $0 + $1 * $1 }.squareRoot(),
            probabilities: probabilities
        )
    }

    /// The matrix of second derivatives, its products in single precision, shape `[count, count]`.
    ///
    /// Its rounding slows the last steps of Newton's method by nothing that shows; the gradient
    /// alone decides where they end.
    func hessian(at point: Point) -> [Double] {
        let block = 4096
        var sum = Matrix(rows: count, columns: count)
        var scaled = [Float](repeating: 0, count: min(block, max(1, features.rows)) * count)
        for first in stride(from: 0, to: features.rows, by: block) {
            let rows = min(block, features.rows - first)
            for row in 0..<rows {
                let probability = point.probabilities[first + row]
                let curvature = shares[first + row] * probability * (1 - probability)
                let factor = Float(curvature.squareRoot())
                let start = (first + row) * (count - 1)
                for column in 0..<count - 1 {
                    scaled[row * count + column] = features.elements[start + column] * factor
                }
                scaled[row * count + count - 1] = factor
            }
            unsafe scaled.withUnsafeBufferPointer { scaled in
                unsafe sum.elements.withUnsafeMutableBufferPointer { sum in
                    guard let scaled = scaled.baseAddress, let sum = sum.baseAddress else { return }
                    unsafe kernels.transposedProduct(
                        scaled,
                        columns: count,
                        stride: count,
                        .init(scaled, rows: rows, stride: count, length: count),
                        addingTo: sum,
                        outStride: count
                    )
                }
            }
        }
        var result = sum.elements.map(Double.init)
        for index in 0..<count - 1 { result[index * count + index] += penalty }
        return result
    }

    /// `parameters . [row, 1]` of each row, in double precision.
    static func margins(of features: Matrix, parameters: [Double]) -> [Double] {
        let columns = features.columns
        return unsafe features.elements.withUnsafeBufferPointer { elements in
            unsafe parameters.withUnsafeBufferPointer { parameters in
                (0..<features.rows).map { row in
                    // Four sums, since one would wait for itself.
                    var sums = SIMD4<Double>.zero
                    let start = row * columns
                    var column = 0
                    while column + 4 <= columns {
                        for lane in 0..<4 {
                            unsafe sums[lane] +=
                                Double(elements[start + column + lane]) * parameters[column + lane]
                        }
                        column += 4
                    }
                    var sum = sums.sum()
                    while column < columns {
                        unsafe sum += Double(elements[start + column]) * parameters[column]
                        column += 1
                    }
                    return unsafe sum + parameters[columns]
                }
            }
        }
    }

    /// The sum of rows `[row, 1]` times their factors, in double precision.
    private static func combination(of features: Matrix, factors: [Double]) -> [Double] {
        let columns = features.columns
        var sum = [Double](repeating: 0, count: columns + 1)
        unsafe features.elements.withUnsafeBufferPointer { elements in
            unsafe sum.withUnsafeMutableBufferPointer { sum in
                for (row, factor) in factors.enumerated() where factor != 0 {
                    let start = row * columns
                    for column in 0..<columns {
                        unsafe sum[column] += factor * Double(elements[start + column])
                    }
                    unsafe sum[columns] += factor
                }
            }
        }
        return sum
    }
}
