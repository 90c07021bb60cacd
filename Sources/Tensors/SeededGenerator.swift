/// A reproducible source of random numbers: the same seed gives the same numbers everywhere.
///
/// > Source: Steele, Lea, Flood (2014), "Fast splittable pseudorandom number generators"
/// > (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Creates a generator.
    ///
    /// - Parameters:
    ///   - seed: Any number.
    ///   - stream: Generators of the same seed and different streams are independent.
    public init(seed: UInt64, stream: UInt64 = 0) {
        state = seed &+ stream &* 0xD1B5_4A32_D192_ED03
        if stream != 0 { state = next() }
    }

    /// Returns the next 64 random bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Returns a number that is uniform in `0..<1`.
    public mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Returns a number that is uniform in `range`.
    public mutating func next(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * nextUnit()
    }

    /// Returns a whole number that is uniform in `0..<bound` (a bias below `bound / 2^64`).
    public mutating func next(below bound: Int) -> Int {
        precondition(bound > 0, "bound must be positive")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Returns a number that is nearly normal with mean 0 and variance 1.
    ///
    /// The sum of twelve uniform numbers less six: additions only, so that the result does not depend
    /// on a mathematics library.
    public mutating func nextNormal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += nextUnit() }
        return sum
    }

    /// Chooses different numbers below a bound, in random order.
    ///
    /// - Returns: `count` different numbers in `0..<bound`.
    /// - Complexity: O(bound).
    public mutating func choose(_ count: Int, of bound: Int) -> [Int] {
        precondition(count >= 0 && count <= bound, "can't choose more than there are")
        var numbers = Array(0..<bound)
        for index in 0..<count { numbers.swapAt(index, index + next(below: bound - index)) }
        return Array(numbers.prefix(count))
    }
}
