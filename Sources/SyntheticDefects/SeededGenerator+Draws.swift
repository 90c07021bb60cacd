package import Tensors

extension SeededGenerator {
    /// Returns a number whose logarithm is uniform in that of `range`, which must be above 0.
    ///
    /// Bisection by geometric means: square roots only, so that the result does not depend on a
    /// mathematics library.
    package mutating func nextLogUniform(in range: ClosedRange<Double>) -> Double {
        Self.logUniform(bits: next(), in: range)
    }

    /// The number that random bits stand for, in a range whose logarithms are equally likely.
    static func logUniform(bits: UInt64, in range: ClosedRange<Double>) -> Double {
        var (lower, upper) = (range.lowerBound, range.upperBound)
        var bits = bits
        for _ in 0..<32 {
            let middle = (lower * upper).squareRoot()
            if bits & 1 == 0 { upper = middle } else { lower = middle }
            bits >>= 1
        }
        return min(max((lower * upper).squareRoot(), range.lowerBound), range.upperBound)
    }

    /// Returns true with a probability.
    mutating func nextBool(_ probability: Double = 0.5) -> Bool { nextUnit() < probability }

    /// Returns -1 or 1.
    mutating func nextSign() -> Float { next() & 1 == 0 ? -1 : 1 }
}
