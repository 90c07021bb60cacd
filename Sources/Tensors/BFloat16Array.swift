/// Numbers in bfloat16, the upper halves of floats: large statistics that every image has to read.
///
/// The numbers never change. They may lie in memory that another object keeps, such as a mapped file; copies of the
/// array share them.
@safe
public struct BFloat16Array: Sendable, Equatable {
    /// How many numbers there are.
    public let count: Int
    // Nobody writes there as long as the keeper lives.
    nonisolated(unsafe) private let start: UnsafePointer<UInt16>?
    private let keeper: (any AnyObject & Sendable)?

    /// Takes numbers that lie in memory that `keeper` keeps as it is.
    ///
    /// - Parameters:
    ///   - start: The first number's bits, in this machine's order of bytes.
    ///   - count: How many there are.
    ///   - keeper: As long as it lives, nobody frees or changes that memory.
    @unsafe
    public init(
        at start: UnsafePointer<UInt16>,
        count: Int,
        keptBy keeper: any AnyObject & Sendable
    ) {
        precondition(count >= 0, "the count can't be negative")
        unsafe self.start = unsafe start
        self.count = count
        self.keeper = keeper
    }

    /// Takes numbers by their bits.
    public init(bitPatterns: some Collection<UInt16>) {
        let own = OwnNumbers(bitPatterns)
        unsafe start = unsafe own.start
        count = own.count
        keeper = own
    }

    /// Rounds numbers to the nearest, ties to even.
    public init(rounding numbers: some Collection<Float>) {
        self.init(bitPatterns: numbers.lazy.map(Self.bitPattern))
    }

    /// The bits of a number, rounded to the nearest, ties to even; what is no number stays none.
    public static func bitPattern(rounding number: Float) -> UInt16 {
        let bits = number.bitPattern
        guard !number.isNaN else { return UInt16(bits >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
    }

    /// The number of some bits.
    public static func number(of bitPattern: UInt16) -> Float {
        Float(bitPattern: UInt32(bitPattern) << 16)
    }

    /// The number nearest to another one.
    public static func rounded(_ number: Float) -> Float {
        Self.number(of: bitPattern(rounding: number))
    }

    /// One number.
    public subscript(index: Int) -> Float {
        precondition(index >= 0 && index < count, "there is no such number")
        return unsafe withUnsafeBufferPointer { unsafe Self.number(of: $0[index]) }
    }

    /// All numbers.
    public var floats: [Float] {
        unsafe withUnsafeBufferPointer { bits in unsafe bits.map(Self.number(of:)) }
    }

    /// Calls a function with the numbers' bits.
    @unsafe
    public func withUnsafeBufferPointer<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt16>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { extendLifetime(keeper) }
        return try unsafe body(UnsafeBufferPointer(start: start, count: count))
    }

    /// The place of the first number that is infinite or none, or nil.
    public var firstNonFinite: Int? {
        unsafe withUnsafeBufferPointer { bits in
            unsafe bits.firstIndex(beyond: { Int16(bitPattern: $0 & 0x7FFF) }, limit: 0x7F7F)
        }
    }

    /// Whether two arrays have the same bits.
    public static func == (left: BFloat16Array, right: BFloat16Array) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe left.withUnsafeBufferPointer { left in
            unsafe right.withUnsafeBufferPointer { right in
                unsafe left.baseAddress == right.baseAddress || left.elementsEqual(right)
            }
        }
    }
}

extension UnsafeBufferPointer<Float> {
    /// The place of the first number that is infinite or none, or nil.
    @unsafe public var firstNonFinite: Int? {
        unsafe firstIndex(
            beyond: { Int32(bitPattern: $0.bitPattern & 0x7FFF_FFFF) },
            limit: 0x7F7F_FFFF
        )
    }
}

extension UnsafeBufferPointer {
    /// The first place whose magnitude is above a limit, or nil; reads a block with one comparison at its end.
    @inline(__always)
    fileprivate func firstIndex<Magnitude: FixedWidthInteger>(
        beyond magnitude: (Element) -> Magnitude,
        limit: Magnitude
    ) -> Int? {
        var first = 0
        while first < count {
            let end = Swift.min(first + 4096, count)
            var largest = Magnitude.zero
            for index in first..<end { unsafe largest = Swift.max(largest, magnitude(self[index])) }
            if largest > limit {
                return (first..<end).first { unsafe magnitude(self[$0]) > limit }
            }
            first = end
        }
        return nil
    }
}

/// Memory of a ``BFloat16Array`` that nobody else keeps.
@safe
private final class OwnNumbers: Sendable {
    nonisolated(unsafe) let start: UnsafePointer<UInt16>
    let count: Int

    init(_ bitPatterns: some Collection<UInt16>) {
        count = bitPatterns.count
        let memory = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: max(1, count))
        let (_, filled) = unsafe memory.initialize(from: bitPatterns)
        precondition(filled == count, "a collection has another count than it says")
        guard let first = memory.baseAddress else { preconditionFailure("no memory") }
        unsafe start = unsafe UnsafePointer(first)
    }

    deinit { unsafe start.deallocate() }
}
