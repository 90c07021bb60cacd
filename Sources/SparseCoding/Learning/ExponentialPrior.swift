public import Tensors

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The sparse prior of codes: each coefficient follows an exponential distribution with a rate of its own.
///
/// `p(a) = rate exp(-rate a)` for `a >= 0`; signed codes follow its mirrored form, the Laplace distribution
/// `rate / 2 exp(-rate |a|)`. With noise of variance `s2` on the patch, the most probable codes are those of the sparse
/// inference with penalties `s2 * rate`.
public struct ExponentialPrior: Sendable, Equatable {
    /// The rates, one over the mean magnitude of a code, above 0, shape `[atoms]`.
    public let rates: [Float]
    /// Whether codes have a sign.
    public let signed: Bool

    /// Creates a prior with given rates, each above 0.
    public init(rates: [Float], signed: Bool) {
        precondition(rates.allSatisfy { $0 > 0 && $0.isFinite }, "rates must be above 0")
        self.rates = rates
        self.signed = signed
    }

    /// Fits a prior to sums over codes: the rates of maximum likelihood.
    ///
    /// A coefficient that is never active would have an infinite rate, and would dominate the energy the first time that
    /// it is: sums count as at least a thousandth of their mean.
    ///
    /// - Parameters:
    ///   - magnitudes: `sum |a|` of each coefficient, shape `[atoms]`, as in ``DictionaryStatistics/magnitudes``.
    ///   - count: The number of codes of each coefficient, zeros included.
    ///   - signed: Whether codes have a sign.
    public init(magnitudes: [Double], count: Int, signed: Bool) {
        let mean = magnitudes.reduce(0, +) / Double(max(1, magnitudes.count))
        let least = max(1e-3 * mean, 1e-6)
        self.init(
            rates: magnitudes.map { Float(Double(max(1, count)) / max($0, least)) },
            signed: signed
        )
    }

    /// Fits a prior to codes: the rates of maximum likelihood.
    ///
    /// - Parameters:
    ///   - codes: Shape `[samples, atoms]`.
    ///   - signed: Whether codes have a sign.
    public init(codes: Matrix, signed: Bool) {
        var magnitudes = [Double](repeating: 0, count: codes.columns)
        for (index, code) in codes.elements.enumerated() {
            magnitudes[index % codes.columns] += Double(abs(code))
        }
        self.init(magnitudes: magnitudes, count: codes.rows, signed: signed)
    }

    /// The logarithm of the codes' probability density, in nats.
    ///
    /// - Parameter codes: Shape `[samples, atoms]`.
    /// - Returns: The sum over all codes; minus infinity where a prior without sign meets a negative code.
    public func logLikelihood(of codes: Matrix) -> Double {
        precondition(codes.columns == rates.count, "codes of other atoms")
        let perSample = rates.reduce(0.0) { $0 + log(Double($1) / (signed ? 2 : 1)) }
        var sum = Double(codes.rows) * perSample
        for (index, code) in codes.elements.enumerated() {
            if !signed && code < 0 { return -.infinity }
            sum -= Double(rates[index % rates.count]) * Double(abs(code))
        }
        return sum
    }

    /// The energy of a patch's codes: the negative log posterior up to a constant.
    ///
    /// `error / (2 s2) + sum of rate |a|`.
    ///
    /// - Parameters:
    ///   - codes: The codes of one patch, shape `[atoms]`.
    ///   - error: The squared error of its reconstruction.
    ///   - noiseVariance: `s2`, above 0, in squared units of the patch.
    /// - Returns: The energy in nats, at least 0.
    public func energy(of codes: [Float], error: Float, noiseVariance: Float) -> Double {
        precondition(codes.count == rates.count, "codes of other atoms")
        precondition(noiseVariance > 0, "the noise must have a variance")
        return zip(rates, codes).reduce(Double(error) / (2 * Double(noiseVariance))) {
            $0 + Double($1.0) * Double(abs($1.1))
        }
    }

    /// The penalties with which sparse inference finds the most probable codes, `s2 * rate`, shape `[atoms]`.
    public func penalties(noiseVariance: Float) -> [Float] {
        precondition(noiseVariance >= 0, "a variance can't be negative")
        return rates.map { noiseVariance * $0 }
    }
}
