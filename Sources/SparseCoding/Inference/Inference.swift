/// How a layer finds the codes of a patch: the declared choice between a fast formula and the real minimisation.
///
/// All but ``omp(nonzeroLimit:)`` aim at the minimiser of `1/2 |x - Phi a|^2 + sum penalty_i |a_i|`, over `a >= 0`
/// where codes have no sign. ``thresholding`` is exact for orthonormal atoms and the first step of the others otherwise.
///
/// > Source: Bowren, "A Sparse Coding Interpretation of Neural Networks and Theoretical Implications" (arXiv 2108.06622).
public enum Inference: Sendable, Equatable {
    /// One soft threshold (a ReLU where codes have no sign): a layer of a convolutional network.
    case thresholding
    /// Iterative soft thresholding from zero.
    ///
    /// - Parameters:
    ///   - iterations: The most proximal gradient steps.
    ///   - tolerance: Ends a patch when its objective changes by less than this share; nil for all iterations.
    ///   - step: The length of a gradient step; nil for one over the gradient's Lipschitz constant, which is also the most
    ///     that more than one iteration may have.
    /// > Source: Beck, Teboulle (2009), "A fast iterative shrinkage-thresholding algorithm for linear inverse problems",
    /// > section 3.
    case ista(iterations: Int, tolerance: Float? = nil, step: Float? = nil)
    /// Iterative soft thresholding with Nesterov's momentum, from zero.
    ///
    /// - Parameters:
    ///   - iterations: The most proximal gradient steps.
    ///   - tolerance: Ends a patch when its objective changes by less than this share; nil for all iterations.
    ///   - step: The length of a gradient step; nil for one over the gradient's Lipschitz constant, which is also the most
    ///     that more than one iteration may have.
    /// > Source: Beck, Teboulle (2009), section 4, with constant step size.
    case fista(iterations: Int, tolerance: Float? = nil, step: Float? = nil)
    /// Orthogonal matching pursuit: at most so many atoms a patch, chosen one by one, with no penalty.
    ///
    /// > Source: Rubinstein, Zibulevsky, Elad (2008), "Efficient implementation of the K-SVD algorithm using batch
    /// > orthogonal matching pursuit", algorithm 2.
    case omp(nonzeroLimit: Int)
    /// The locally competitive algorithm with a soft threshold, from rest.
    ///
    /// - Parameters:
    ///   - steps: Euler steps of the dynamics.
    ///   - rate: The length of a step in time constants; nil for one over the largest eigenvalue of the Gram matrix, which is
    ///     also the most that more than one step may have.
    /// > Source: Rozell, Johnson, Baraniuk, Olshausen (2008), "Sparse coding via thresholding and local competition in
    /// > neural circuits", equation 2.5.
    case lca(steps: Int, rate: Float? = nil)

    /// What is wrong with the declaration, or nil.
    public var problem: String? {
        switch self {
        case .thresholding: nil
        case .ista(let iterations, let tolerance, let step),
            .fista(let iterations, let tolerance, let step):
            Self.problem(of: iterations, named: "iterations")
                ?? tolerance.flatMap { tolerance in
                    tolerance > 0 && tolerance < 1
                        ? nil : "tolerance must be above 0 and below 1, found \(tolerance)"
                } ?? Self.problem(of: step, named: "step")
        case .omp(let limit): Self.problem(of: limit, named: "nonzeroLimit", most: 1024)
        case .lca(let steps, let rate):
            Self.problem(of: steps, named: "steps") ?? Self.problem(of: rate, named: "rate")
        }
    }

    private static func problem(of count: Int, named name: String, most: Int = 10_000) -> String? {
        (1...most).contains(count) ? nil : "\(name) must be in 1...\(most), found \(count)"
    }

    private static func problem(of length: Float?, named name: String) -> String? {
        guard let length, !(length > 0 && length.isFinite) else { return nil }
        return "\(name) must be above 0, found \(length)"
    }
}
