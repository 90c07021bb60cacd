import Tensors
import Testing

@Suite struct BFloat16ArrayTests {
    @Test func everyNumberOfTheTypeStaysAsItIs() {
        for bits in UInt16.min...UInt16.max {
            let number = BFloat16Array.number(of: bits)
            if number.isNaN {
                #expect(BFloat16Array.rounded(number).isNaN)
            } else {
                #expect(BFloat16Array.bitPattern(rounding: number) == bits)
            }
        }
    }

    /// Numbers and what they are rounded to.
    static let cases: [(number: Float, wanted: Float)] = [
        (0x1.01p0, 1), (0x1.010_01p0, 0x1.02p0), (0x1.03p0, 0x1.04p0), (0x1.01F_Fp0, 0x1.02p0),
        (-0.0, -0.0), (.leastNonzeroMagnitude, 0), (-0x1.01p0, -1), (.infinity, .infinity),
        (.greatestFiniteMagnitude, .infinity), (0x1.FEp127, 0x1.FEp127),
    ]

    @Test("ties go to the even neighbour, all else to the nearest", arguments: cases)
    func roundsToTheNearest(number: Float, wanted: Float) {
        #expect(BFloat16Array.rounded(number).bitPattern == wanted.bitPattern)
    }

    @Test func numbersThatAreNoneStayNone() {
        // The upper half of this one is that of infinity.
        let small = Float(bitPattern: 0x7F80_0001)
        #expect(BFloat16Array.rounded(small).isNaN)
        #expect(BFloat16Array.rounded(.nan).isNaN)
    }

    @Test("no number of the type is nearer than the one taken", arguments: 0..<4)
    func isTheNearest(stream: UInt64) {
        var generator = SeededGenerator(seed: 71, stream: stream)
        for _ in 0..<2000 {
            let number = Float(generator.nextNormal()) * 10
            let bits = BFloat16Array.bitPattern(rounding: number)
            let distance = abs(BFloat16Array.number(of: bits) - number)
            for other in [bits &- 1, bits &+ 1] {
                #expect(distance <= abs(BFloat16Array.number(of: other) - number))
            }
        }
    }

    @Test(arguments: [0, 1, 4095, 4096, 4097, 9000])
    func findsTheFirstThatIsNotFinite(place: Int) {
        var numbers = [Float](repeating: -.greatestFiniteMagnitude, count: 9001)
        #expect(numbers.withUnsafeBufferPointer { $0.firstNonFinite } == nil)
        let halves = numbers.map { $0 / 2 }
        #expect(BFloat16Array(rounding: halves).firstNonFinite == nil)
        for number in [Float.nan, .infinity, -.infinity] {
            numbers = halves
            numbers[place] = number
            if place < 9000 { numbers[9000] = .nan }
            #expect(numbers.withUnsafeBufferPointer { $0.firstNonFinite } == place)
            #expect(BFloat16Array(rounding: numbers).firstNonFinite == place)
        }
        #expect(BFloat16Array(rounding: [Float]()).firstNonFinite == nil)
    }

    @Test func equalityIsThatOfTheBits() {
        #expect(BFloat16Array(rounding: [0, 1]) == BFloat16Array(bitPatterns: [0, 0x3F80]))
        #expect(BFloat16Array(rounding: [0.0]) != BFloat16Array(rounding: [-0.0]))
        #expect(BFloat16Array(rounding: [1]) != BFloat16Array(rounding: [1, 1]))
        #expect(BFloat16Array(rounding: [Float]()) == BFloat16Array(bitPatterns: [UInt16]()))
    }

    private final class Keeper: Sendable {
        nonisolated(unsafe) let memory: UnsafeMutablePointer<UInt16>
        init(_ bits: UInt16) {
            memory = UnsafeMutablePointer.allocate(capacity: 1)
            memory.initialize(to: bits)
        }
        deinit { memory.deallocate() }
    }

    @Test func theMemoryIsKeptAsLongAsItIsNeeded() {
        weak var weakly: Keeper?
        do {
            let copy: BFloat16Array
            do {
                let keeper = Keeper(0x4040)
                weakly = keeper
                copy = BFloat16Array(at: keeper.memory, count: 1, keptBy: keeper)
            }
            #expect(weakly != nil)
            #expect(copy.floats == [3])
            #expect(copy[0] == 3)
        }
        #expect(weakly == nil)
    }

    @Test func aMatrixHoldsItsShape() throws {
        let rows = BFloat16Array(rounding: [1, 2, 3, 4, 5, 6])
        let matrix = try BFloat16Matrix(rows: 2, columns: 3, elements: rows)
        #expect(matrix[1, 0] == 4)
        #expect(throws: ShapeError.self) {
            try BFloat16Matrix(rows: 2, columns: 2, elements: rows)
        }
        var single = Matrix(rows: 2, columns: 3)
        single[0, 2] = 1 + 0x1p-8
        #expect(BFloat16Matrix(rounding: single)[0, 2] == 1)
    }
}
