public import Tensors

/// A fixed number of rows drawn evenly from a stream of any length.
///
/// Each row of the stream is equally likely to be kept. The result depends on the seed and on the order of the rows
/// alone.
///
/// > Source: Vitter (1985), "Random sampling with a reservoir", algorithm R.
public struct Reservoir: Sendable {
    /// The most rows that are kept.
    public let capacity: Int
    /// The rows seen so far.
    public private(set) var seen = 0
    private let columns: Int
    private var elements: [Float] = []
    private var generator: SeededGenerator

    /// Creates an empty reservoir.
    public init(capacity: Int, columns: Int, seed: UInt64) {
        precondition(capacity > 0, "the capacity must be positive")
        self.capacity = capacity
        self.columns = columns
        generator = SeededGenerator(seed: seed, stream: 0x5EED)
        // Growing by doubling would hold the rows twice; pages that are never filled cost nothing.
        elements.reserveCapacity(capacity * columns)
    }

    /// Offers rows, in order.
    ///
    /// - Parameter rows: Shape `[count, columns]`.
    public mutating func offer(_ rows: Matrix) {
        precondition(rows.columns == columns, "the rows are of another length")
        for row in 0..<rows.rows {
            let source = rows.elements[row * columns..<(row + 1) * columns]
            if seen < capacity {
                elements.append(contentsOf: source)
            } else {
                let place = generator.next(below: seen + 1)
                if place < capacity {
                    elements.replaceSubrange(
                        place * columns..<(place + 1) * columns,
                        with: source
                    )
                }
            }
            seen += 1
        }
    }

    /// The rows kept so far, shape `[min(seen, capacity), columns]`.
    public var rows: Matrix {
        Matrix(rows: min(seen, capacity), columns: columns, filledWith: elements)
    }
}
