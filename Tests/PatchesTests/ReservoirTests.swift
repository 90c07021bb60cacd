import Patches
import Tensors
import Testing

@Suite struct ReservoirTests {
    /// Rows whose numbers tell their place in the stream.
    static func numbered(_ range: Range<Int>) -> Matrix {
        var rows = Matrix(rows: range.count, columns: 2)
        for (row, number) in range.enumerated() {
            rows[row, 0] = Float(number)
            rows[row, 1] = Float(-number)
        }
        return rows
    }

    @Test func keepsEverythingUpToItsCapacity() {
        var reservoir = Reservoir(capacity: 10, columns: 2, seed: 1)
        #expect(reservoir.rows.rows == 0)
        reservoir.offer(Self.numbered(0..<4))
        #expect(reservoir.rows == Self.numbered(0..<4))
        reservoir.offer(Self.numbered(4..<10))
        #expect(reservoir.rows == Self.numbered(0..<10))
        #expect(reservoir.seen == 10)
    }

    @Test func keepsDifferentWholeRowsOfTheStream() {
        var reservoir = Reservoir(capacity: 16, columns: 2, seed: 2)
        reservoir.offer(Self.numbered(0..<500))
        let rows = reservoir.rows
        #expect(reservoir.seen == 500)
        #expect(rows.rows == 16)
        let numbers = (0..<16).map { Int(rows[$0, 0]) }
        #expect(Set(numbers).count == 16)
        #expect(numbers.allSatisfy { (0..<500).contains($0) })
        #expect((0..<16).allSatisfy { rows[$0, 0] == -rows[$0, 1] })
    }

    @Test func keepsEachRowEquallyOften() {
        let (length, capacity, trials) = (60, 6, 4000)
        var counts = [Int](repeating: 0, count: length)
        for seed in 0..<trials {
            var reservoir = Reservoir(capacity: capacity, columns: 2, seed: UInt64(seed))
            reservoir.offer(Self.numbered(0..<length))
            for row in 0..<capacity { counts[Int(reservoir.rows[row, 0])] += 1 }
        }
        // Binomial counts: 400 expected, variance 360.
        let expected = Double(trials * capacity) / Double(length)
        let variance = expected * (1 - Double(capacity) / Double(length))
        let squares = counts.map { (Double($0) - expected) * (Double($0) - expected) / variance }
        #expect(squares.allSatisfy { $0 < 25 })
        // Their sum is about chi-squared with 59 degrees of freedom, standard deviation 11.
        #expect((20...115).contains(squares.reduce(0, +)))
    }

    @Test func seedAndOrderAloneDecide() {
        func kept(_ parts: [Range<Int>], seed: UInt64) -> Matrix {
            var reservoir = Reservoir(capacity: 20, columns: 2, seed: seed)
            for part in parts { reservoir.offer(Self.numbered(part)) }
            return reservoir.rows
        }
        let whole = kept([0..<300], seed: 3)
        #expect(kept([0..<7, 7..<8, 8..<8, 8..<211, 211..<300], seed: 3) == whole)
        #expect(kept([0..<300], seed: 4) != whole)
        #expect(kept([150..<300, 0..<150], seed: 3) != whole)
    }
}
