import Foundation
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
        reservoir.offer(Self.numbered(0..<4), of: 0)
        #expect(reservoir.rows == Self.numbered(0..<4))
        reservoir.offer(Self.numbered(4..<10), of: 1)
        #expect(reservoir.rows == Self.numbered(0..<10))
        #expect(reservoir.seen == 10)
    }

    @Test func keepsDifferentWholeRowsOfTheStream() {
        var reservoir = Reservoir(capacity: 16, columns: 2, seed: 2)
        reservoir.offer(Self.numbered(0..<500), of: 0)
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
            for row in 0..<length { reservoir.offer(Self.numbered(row..<row + 1), of: row) }
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

    /// Seven items of 0 to 90 rows each.
    private static let items = [
        0..<40, 40..<41, 41..<41, 41..<131, 131..<190, 190..<211, 211..<300,
    ]

    private static func kept(_ order: [Int], seed: UInt64) -> Reservoir {
        var reservoir = Reservoir(capacity: 20, columns: 2, seed: seed)
        for item in order { reservoir.offer(numbered(items[item]), of: item) }
        return reservoir
    }

    @Test func seedAndItemsAloneDecide() {
        let whole = Self.kept(Array(0..<7), seed: 3).rows
        #expect(whole.rows == 20)
        #expect(Self.kept([6, 2, 0, 5, 1, 4, 3], seed: 3).rows == whole)
        #expect(Self.kept(Array(0..<7), seed: 4).rows != whole)
        // In the order of the items, and of the rows in them.
        let numbers = (0..<20).map { whole[$0, 0] }
        #expect(numbers == numbers.sorted())
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func mergingIsTheSameAsOfferingAll(seed: UInt64) {
        var generator = SeededGenerator(seed: seed, stream: 5)
        var shards = (0..<3).map { _ in Reservoir(capacity: 20, columns: 2, seed: 3) }
        for item in 0..<7 {
            shards[generator.next(below: 3)].offer(Self.numbered(Self.items[item]), of: item)
        }
        shards.shuffle(using: &generator)
        var merged = shards[0]
        merged.merge(shards[1])
        merged.merge(shards[2])
        #expect(merged.seen == 300)
        #expect(merged.rows == Self.kept(Array(0..<7), seed: 3).rows)
    }

    @Test func isEmptyAfterItsRowsWereTaken() {
        var reservoir = Self.kept(Array(0..<7), seed: 3)
        let rows = reservoir.rows
        #expect(reservoir.takeRows() == rows)
        #expect(reservoir.rows.rows == 0)
        #expect(reservoir.seen == 0)
        reservoir.offer(Self.numbered(0..<5), of: 0)
        #expect(reservoir.rows == Self.numbered(0..<5))
    }
}

extension ReservoirTests {
    @Test(arguments: [3, 9, 40])
    func isTheSameAfterCoding(items: Int) throws {
        var reservoir = Reservoir(capacity: 24, columns: 2, seed: 11)
        var rest = Reservoir(capacity: 24, columns: 2, seed: 11)
        for item in 0..<items {
            let rows = Self.numbered(item * 5..<item * 5 + 5)
            if item.isMultiple(of: 2) {
                reservoir.offer(rows, of: item)
            } else {
                rest.offer(rows, of: item)
            }
        }
        let bytes = try PropertyListEncoder().encode(reservoir)
        var copy = try PropertyListDecoder().decode(Reservoir.self, from: bytes)
        #expect(copy.rows == reservoir.rows)
        #expect(copy.seen == reservoir.seen)
        reservoir.merge(rest)
        copy.merge(rest)
        #expect(copy.rows == reservoir.rows)
        #expect(copy.seen == 5 * items)
    }
}
