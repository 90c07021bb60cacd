extension Inference {
    /// The choice in a few words, such as `fista, 20 iterations`.
    public var summary: String {
        switch self {
        case .thresholding: "thresholding"
        case .ista(let iterations, _, _): "ista, \(iterations) iterations"
        case .fista(let iterations, _, _): "fista, \(iterations) iterations"
        case .omp(let limit): "omp, \(limit) atoms"
        case .lca(let steps, _): "lca, \(steps) steps"
        }
    }
}

extension DictionaryLearning {
    /// The choice in a few words, such as `online, 3 passes`.
    public var summary: String {
        switch self {
        case .gainShape: "gain-shape"
        case .orthonormal(let passes, _): "orthonormal, \(passes) passes"
        case .online(let passes, _, _): "online, \(passes) passes"
        }
    }
}
