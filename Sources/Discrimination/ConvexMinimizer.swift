/// Walks down a convex objective until its gradient is short enough.
struct ConvexMinimizer {
    private let objective: LogisticObjective
    private let tolerance: Double
    private(set) var point: LogisticObjective.Point
    private(set) var iterations = 0

    init(objective: LogisticObjective, start: [Double], tolerance: Double) {
        self.objective = objective
        self.tolerance = tolerance
        point = objective.evaluate(start)
    }

    /// Newton's method with a Cholesky factor; ends early when a step can't be made.
    mutating func runNewton(iterationLimit: Int) {
        for _ in 0..<iterationLimit {
            if point.gradientNorm <= tolerance { return }
            guard let factor = CholeskyFactor(objective.hessian(at: point), size: objective.count),
                step(along: factor.solve(point.gradient.map { -$0 })) != nil
            else { return }
        }
    }

    /// Limited-memory BFGS with twenty pairs.
    mutating func runLimitedMemory(iterationLimit: Int) {
        var pairs: [(step: [Double], change: [Double], inverse: Double)] = []
        for _ in 0..<iterationLimit {
            if point.gradientNorm <= tolerance { return }
            var direction = point.gradient.map { -$0 }
            var factors: [Double] = []
            for pair in pairs.reversed() {
                let factor = pair.inverse * Self.dot(pair.step, direction)
                factors.append(factor)
                for index in direction.indices { direction[index] -= factor * pair.change[index] }
            }
            if let last = pairs.last {
                let scale = 1 / (last.inverse * Self.dot(last.change, last.change))
                for index in direction.indices { direction[index] *= scale }
            } else {
                let scale = 1 / max(1, point.gradientNorm)
                for index in direction.indices { direction[index] *= scale }
            }
            for (pair, factor) in zip(pairs, factors.reversed()) {
                let other = pair.inverse * Self.dot(pair.change, direction)
                for index in direction.indices {
                    direction[index] += (factor - other) * pair.step[index]
                }
            }
            guard let before = step(along: direction) else {
                // Old pairs can point nowhere; the gradient itself is tried before giving up.
                if pairs.isEmpty { return }
                pairs = []
                continue
            }
            let step = zip(point.parameters, before.parameters).map { $0 - $1 }
            let change = zip(point.gradient, before.gradient).map { $0 - $1 }
            let curvature = Self.dot(step, change)
            if curvature > 1e-14 * Self.dot(step, step) {
                pairs.append((step, change, 1 / curvature))
                if pairs.count > 20 { pairs.removeFirst() }
            }
        }
    }

    /// Moves along a direction as far as the objective falls enough.
    ///
    /// Near the optimum the fall drowns in rounding; there a step counts that shortens the
    /// gradient.
    ///
    /// - Returns: The point before the step, or nil when there is no step to make.
    private mutating func step(along direction: [Double]) -> LogisticObjective.Point? {
        let slope = Self.dot(point.gradient, direction)
        guard slope < 0, slope.isFinite else { return nil }
        let rounding = 1e-14 * max(1e-3, abs(point.value))
        var length = 1.0
        for _ in 0..<50 {
            let next = objective.evaluate(
                zip(point.parameters, direction).map { $0 + length * $1 }
            )
            if next.value <= point.value + 1e-4 * length * slope
                || (next.value <= point.value + rounding
                    && next.gradientNorm < point.gradientNorm)
            {
                let before = point
                point = next
                iterations += 1
                return before
            }
            length *= 0.5
        }
        return nil
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for index in a.indices { sum += a[index] * b[index] }
        return sum
    }
}
