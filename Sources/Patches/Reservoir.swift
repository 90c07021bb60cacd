public import Tensors

/// A fixed number of rows drawn evenly from a stream of any length.
///
/// Each row has a random key, which goes by the seed, its item and its place in it; those with the smallest keys are kept.
/// So each row of the stream is equally likely to be kept, and neither the order of the items nor their division among
/// reservoirs that are merged later changes the result.
///
/// > Source: bottom-k sampling: Cohen, Kaplan (2007), "Summarizing data using bottom-k sketches".
public struct Reservoir: Sendable {
    /// The most rows that are kept.
    public let capacity: Int
    /// The rows seen so far.
    public internal(set) var seen = 0
    let columns: Int
    let seed: UInt64
    /// The rows kept, by their slots.
    private(set) var elements: [Float] = []
    /// What is kept in each slot; once all are taken a heap with the largest key first.
    private(set) var kept: [Place] = []

    /// The place of a row in the stream, and the slot that it is kept in.
    struct Place: Sendable {
        let key: UInt64
        let item: Int
        let row: Int
        var slot = 0

        fileprivate static func precedes(_ left: Place, _ right: Place) -> Bool {
            (left.key, left.item, left.row) < (right.key, right.item, right.row)
        }
    }

    /// Creates an empty reservoir.
    public init(capacity: Int, columns: Int, seed: UInt64) {
        precondition(capacity > 0, "the capacity must be positive")
        self.capacity = capacity
        self.columns = columns
        self.seed = seed
        // Growing by doubling would hold the rows twice; pages that are never filled cost nothing.
        elements.reserveCapacity(capacity * columns)
    }

    /// Offers the rows of an item.
    ///
    /// - Parameters:
    ///   - rows: Shape `[count, columns]`.
    ///   - item: The item's number; each is offered once.
    public mutating func offer(_ rows: Matrix, of item: Int) {
        precondition(rows.columns == columns, "the rows are of another length")
        var generator = SeededGenerator(seed: seed, stream: 0x5EED &+ UInt64(item) << 16)
        seen += rows.rows
        for row in 0..<rows.rows {
            keep(
                Place(key: generator.next(), item: item, row: row),
                rows.elements[row * columns..<(row + 1) * columns]
            )
        }
    }

    /// Takes what a reservoir of the same shape and seed has kept of other items.
    public mutating func merge(_ other: Reservoir) {
        precondition(
            other.capacity == capacity && other.columns == columns && other.seed == seed,
            "the reservoirs are of another kind"
        )
        seen += other.seen
        for place in other.kept {
            keep(place, other.elements[place.slot * columns..<(place.slot + 1) * columns])
        }
    }

    /// The rows kept so far, in the order of their items, shape `[min(seen, capacity), columns]`.
    public var rows: Matrix {
        var copy = self
        return copy.takeRows()
    }

    /// Gives up the rows, so that they are not in memory twice; the reservoir is empty after.
    ///
    /// - Returns: ``rows``.
    public mutating func takeRows() -> Matrix {
        var sorted = kept
        sorted.sort { ($0.item, $0.row) < ($1.item, $1.row) }
        arrange(sorted.map(\.slot))
        let result = Matrix(rows: kept.count, columns: columns, filledWith: elements)
        elements = []
        kept = []
        seen = 0
        return result
    }

    /// Takes a row where it is among those with the smallest keys.
    mutating func keep(_ place: Place, _ row: ArraySlice<Float>) {
        var place = place
        guard kept.count == capacity else {
            place.slot = kept.count
            kept.append(place)
            elements.append(contentsOf: row)
            if kept.count == capacity {
                for index in (0..<capacity / 2).reversed() { sink(index) }
            }
            return
        }
        guard Place.precedes(place, kept[0]) else { return }
        place.slot = kept[0].slot
        kept[0] = place
        elements.replaceSubrange(place.slot * columns..<(place.slot + 1) * columns, with: row)
        sink(0)
    }

    /// Restores the heap below a place whose key has become smaller.
    private mutating func sink(_ index: Int) {
        var index = index
        while true {
            var largest = index
            for child in [2 * index + 1, 2 * index + 2] where child < kept.count {
                if Place.precedes(kept[largest], kept[child]) { largest = child }
            }
            if largest == index { return }
            kept.swapAt(index, largest)
            index = largest
        }
    }

    /// Brings the row of slot `sources[i]` to place `i`, for all of them.
    private mutating func arrange(_ sources: [Int]) {
        var isDone = [Bool](repeating: false, count: sources.count)
        for start in sources.indices where !isDone[start] && sources[start] != start {
            let first = Array(elements[start * columns..<(start + 1) * columns])
            var place = start
            while sources[place] != start {
                let source = sources[place]
                for column in 0..<columns {
                    elements[place * columns + column] = elements[source * columns + column]
                }
                isDone[place] = true
                place = source
            }
            elements.replaceSubrange(place * columns..<(place + 1) * columns, with: first)
            isDone[place] = true
        }
    }
}
