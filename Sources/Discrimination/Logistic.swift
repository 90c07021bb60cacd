#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The logistic function and its logarithm, exact for logits of any size.
enum Logistic {
    /// `log(1 + exp(x))` and `log(1 + exp(-x))`.
    static func softplus(_ x: Double) -> (positive: Double, negative: Double) {
        let small = log1p(exp(-abs(x)))
        return (small + max(0, x), small + max(0, -x))
    }

    /// `1 / (1 + exp(-x))`.
    static func sigmoid(_ x: Double) -> Double {
        let small = exp(-abs(x))
        return x >= 0 ? 1 / (1 + small) : small / (1 + small)
    }
}
